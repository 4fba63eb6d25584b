/*
 * What evaluators enter, kept in the browser: a key for each call, so that
 * saving one costs nothing more with thousands. A browser may keep nothing for
 * pages from disk; then it stays in memory, and the page says so.
 */

const store = {
  prefix: "",
  works: false,
  entries: new Map(),     /* id of a call -> {answers, note, marks, position, at} */
  ui: { language: null, evaluator: "", speed: 1, volume: 1, level: false },
};

function openStore(reviewId) {
  store.prefix = `callark:${reviewId}:`;
  try {
    localStorage.setItem(store.prefix + "try", "1");
    localStorage.removeItem(store.prefix + "try");
    store.works = true;
  } catch {
    return;
  }
  for (let i = 0; i < localStorage.length; i++) {
    const key = localStorage.key(i);
    if (key.startsWith(store.prefix))
      takeStored(key.slice(store.prefix.length), localStorage.getItem(key));
  }
}

/* Something was kept, by this page or by another that shows the same. */
function takeStored(name, text) {
  try {
    const value = JSON.parse(text);
    if (name === "ui")
      Object.assign(store.ui, value);
    else if (name.startsWith("call:") && value && typeof value === "object")
      store.entries.set(name.slice(5), cleanEntry(value));
  } catch {
    /* not ours, or torn: as if it were not there */
  }
}

/* Answers without a prototype: a question may be called "constructor". */
const noAnswers = () => Object.create(null);
const emptyEntry = () => ({ answers: noAnswers(), note: "", marks: [], position: 0, at: "" });

/* Only what we understand, whoever wrote it. */
function cleanEntry(value) {
  const entry = emptyEntry();
  for (const question of questions()) {
    const answer = value.answers?.[question.id];
    if (isAnswer(question, answer))
      entry.answers[question.id] = answer;
  }
  entry.note = typeof value.note === "string" ? value.note.slice(0, 10000) : "";
  if (Array.isArray(value.marks))
    entry.marks = value.marks.slice(0, 1000)
      .filter((m) => m && Number.isFinite(m.at) && m.at >= 0)
      .map((m) => ({ at: m.at, text: typeof m.text === "string" ? m.text.slice(0, 2000) : "" }))
      .sort((a, b) => a.at - b.at);
  entry.position = Number.isFinite(value.position) ? value.position : 0;
  entry.at = typeof value.at === "string" ? value.at.slice(0, 40) : "";
  return entry;
}

/* What was entered for a call; never null, and not kept before it is saved. */
function entryOf(call) {
  return store.entries.get(call.record.id) ?? emptyEntry();
}

function keep(name, value) {
  if (!store.works)
    return;
  try {
    localStorage.setItem(store.prefix + name, JSON.stringify(value));
  } catch {
    showBanner(say("full"));
  }
}

function saveUi() {
  keep("ui", store.ui);
}

/* Save an entry of a call; `isWork` when more than the position changed. */
function saveEntry(call, entry, isWork) {
  if (isWork)
    entry.at = new Date().toISOString();
  store.entries.set(call.record.id, entry);
  keep("call:" + call.record.id, entry);
}

/* Change the entry of a call. */
function changeEntry(call, change) {
  const entry = entryOf(call);
  change(entry);
  saveEntry(call, entry, true);
  entryChanged(call);
}
