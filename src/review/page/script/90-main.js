/* Keys, language, and the start. */

const keyHelp = [
  ["Space", "k_space"], ["← →", "k_arrows"], ["Shift ← →", "k_shift"], ["↑ ↓", "k_updown"],
  ["1–9", "k_digits"], ["q", "k_tab"], ["n", "k_n"], ["m", "k_m"], ["a b", "k_ab"], ["l", "k_l"],
  ["< >", "k_speed"], ["− +", "k_zoom"], ["s", "k_s"], ["/", "k_slash"], ["Esc", "k_esc"],
  ["k_mouse", "k_drag"], ["?", "k_help"],
];

const nextSolo = { both: "left", left: "right", right: "both" };

const keys = {
  " ": togglePlay,
  ArrowLeft: (e) => seekBy(e.shiftKey ? -1 : -5),
  ArrowRight: (e) => seekBy(e.shiftKey ? 1 : 5),
  ArrowUp: () => moveBy(-1),
  ArrowDown: () => moveBy(1),
  PageUp: () => moveBy(-10),
  PageDown: () => moveBy(10),
  n: () => byId("note").focus(),
  m: addMark,
  a: loopFromHere,
  b: loopToHere,
  l: () => setLoop(null, null),
  s: () => setSolo(nextSolo[wave.solo]),
  q: () => markQuestion((call.question + 1) % Math.max(1, questions().length), true),
  "<": () => stepSpeed(-1),
  ">": () => stepSpeed(1),
  "+": () => zoomBy(2, placeOf()),
  "=": () => zoomBy(2, placeOf()),
  "-": () => zoomBy(0.5, placeOf()),
  "/": () => byId("search").focus(),
  "?": () => byId("help").showModal(),
};

/* Whether what has the focus needs a key for itself. */
function isTaken(target, key) {
  if (target.closest("dialog[open]"))
    return true;
  const tag = target.tagName;
  if (tag === "TEXTAREA" || tag === "INPUT" && !["radio", "checkbox", "range"].includes(target.type))
    return true;
  if (tag === "SELECT" || target.type === "range")
    return key.startsWith("Arrow") || key.startsWith("Page") || key === " " || key.length === 1 && /\w/.test(key);
  if (target.type === "radio")
    return key.startsWith("Arrow") || key === " ";
  return (tag === "BUTTON" || target.type === "checkbox") && key === " ";
}

function onKey(event) {
  if (event.key === "Escape" && event.target.matches("input, textarea, select")) {
    byId("list").focus();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || isTaken(event.target, event.key))
    return;
  const act = keys[event.key] ?? (/^[1-9]$/.test(event.key) ? () => answerByKey(Number(event.key)) : null);
  if (!act)
    return;
  event.preventDefault();
  act(event);
}

/* ---- language */

function showHeading() {
  const head = review.head;
  const title = head.title || head.form?.title || head.organization || "callark review";
  byId("title").textContent = title;
  document.title = title;
  byId("subtitle").textContent = [
    title === head.organization ? "" : head.organization,
    head.draw ? say("sampleOf", { draw: head.draw.draw ?? "" }) : "",
    say("madeAt", { when: asTime((head.made ?? "").replace("T", " ")) }),
    head.masked ? say("masked") : "",
  ].filter(Boolean).join(" · ");
}

function setLanguage(to) {
  language = to in texts ? to : "en";
  translatePage();
  byId("keys").replaceChildren(...keyHelp.map(([key, name]) =>
    make("div", null, make("dt", null, make("kbd", null, say(key))), make("dd", null, say(name)))));
  if (!review.head)
    return;
  showHeading();
  buildFilters();
  buildSorts();
  refreshList();
  if (review.current)
    openCall(review.current);
}

/* ---- start */

function prepareCalls(calls) {
  review.calls = calls.map((c, i) => ({ n: i + 1, record: c.record, sound: c.sound }));
  for (const c of review.calls) {
    const r = c.record;
    c.seconds = secondsOf(c);
    c.words = plain([r.agent, r.email, r.client, r.contact, r.document, r.service, r.tag,
      r.protocol, r.id, r.start, r.status, r.origin, r.extension].filter(Boolean).join(" "));
    review.byId.set(r.id, c);
  }
}

/* Who was given calls sees these first; the filter shows it, and may be cleared. */
function showOwnCalls() {
  const name = store.ui.evaluator.trim();
  if (!valuesOf((c) => c.record.evaluators).includes(name))
    return;
  list.filters.evaluatorOf = name;
  buildFilters();
  refreshList();
  if (review.current && !list.position.has(review.current))
    openCall(list.shown[0]);
}

function startEvaluator() {
  const input = byId("evaluator");
  const named = review.head.draw?.evaluators;
  if (Array.isArray(named))
    byId("evaluators").append(...named.map((name) => make("option", { value: name })));
  input.value = store.ui.evaluator || review.head.evaluator || "";
  store.ui.evaluator = input.value;
  input.addEventListener("input", () => {
    store.ui.evaluator = input.value;
    saveUi();
  });
  input.addEventListener("change", showOwnCalls);
}

/* Called by data.js, behind this script. */
function callarkReview(head, calls) {
  for (const name of Object.keys(head))
    if (head[name] === null)
      delete head[name];
  review.head = head;
  prepareCalls(calls);
  openStore(head.review);
  if (!store.works)
    showBanner(say("blocked"));
  startEvaluator();
  startPlayer();
  startWave();
  startCall();
  startList();
  startExchange();
  setLanguage(store.ui.language ?? language);
  showOwnCalls();
  const first = list.shown.find((c) => stateOf(c) !== "scored") ?? list.shown[0];
  if (first)
    openCall(first);
  document.documentElement.dataset.ready = "yes";
}

/* Another tab changed what is kept. */
addEventListener("storage", (event) => {
  if (!review.head || !event.key?.startsWith(store.prefix + "call:") || !event.newValue)
    return;
  takeStored(event.key.slice(store.prefix.length), event.newValue);
  const c = review.byId.get(event.key.slice(store.prefix.length + 5));
  if (c)
    refreshRow(c);
  if (c && c === review.current && !byId("open").contains(document.activeElement))
    showNotes(c), showForm(c);
});

document.addEventListener("keydown", onKey);
document.addEventListener("DOMContentLoaded", () => {
  byId("language").addEventListener("click", () => {
    setLanguage(language === "pt" ? "en" : "pt");
    store.ui.language = language;
    saveUi();
  });
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
  if (!review.head) {
    showBanner(say("noData"));
    byId("empty").hidden = true;
  }
});
setLanguage(navigator.language?.toLowerCase().startsWith("pt") ? "pt" : "en");
