/* The call that is open: what it is, its notes and marks, its scorecard. */

const call = {
  loaded: new Map(),      /* number -> {lanes, messages, surveys} */
  question: 0,            /* the one that digits answer */
};

/* Scripts may come from one place only, and nowhere else. */
const addresses = window.trustedTypes?.createPolicy("callark", {
  createScriptURL: (text) => {
    if (!/^calls\/\d+\.js$/.test(text))
      throw new TypeError(text);
    return text;
  },
}) ?? { createScriptURL: (text) => text };

/* Called by calls/NNNNN.js. */
function callarkCall(number, data) {
  call.loaded.set(number, data);
  if (review.current?.n === number)
    showLoaded(data);
}

function fetchCall(c) {
  if (call.loaded.has(c.n)) {
    showLoaded(call.loaded.get(c.n));
    return;
  }
  const script = make("script");
  script.src = addresses.createScriptURL(`calls/${String(c.n).padStart(5, "0")}.js`);
  script.addEventListener("load", () => script.remove());
  script.addEventListener("error", () => {
    script.remove();
    if (review.current === c)
      showNote(say("noWave", { why: say("notLoaded") }));
  });
  document.head.append(script);
}

function showLoaded(data) {
  takeLanes(data.lanes);
  showRelated(data);
}

/* ---- opening */

function openCall(c) {
  if (!c)
    return;
  if (review.current)
    keepPlace();
  review.current = c;
  call.question = 0;
  byId("empty").hidden = true;
  byId("open").hidden = false;
  showTrouble(c.sound.why ? say("cannotPlay", { why: c.sound.why }) :
    c.sound.note && c.sound.lanes ? say("oddSound", { why: c.sound.note }) : "");
  showHead(c);
  showDetails(c);
  byId("related").hidden = true;
  loadPlayer(c);
  fetchCall(c);
  showNotes(c);
  showForm(c);
  showRow(c);
  announce(say("opened", { agent: c.record.agent ?? "", start: asTime(c.record.start), length: asClock(c.seconds) }));
}

function showHead(c) {
  const r = c.record;
  byId("call-title").textContent = r.agent || r.id;
  byId("call-subtitle").textContent =
    [asTime(r.start), r.service, r.contact || r.client, r.tag].filter(Boolean).join(" · ");
  byId("call-flags").replaceChildren(
    ...r.calibration ? [make("span", { className: "flag info" }, say("calibration"))] : [],
    ...soundFlags(c).map((f) => make("span", { className: "flag" }, say(f))));
}

function showDetails(c) {
  const r = c.record, s = c.sound;
  const rows = [
    ["protocol", r.protocol], ["agent", r.agent], ["email", r.email],
    ["client", r.client], ["contact", r.contact], ["document", r.document],
    ["service", r.service], ["tag", r.tag], ["status", r.status],
    ["origin", r.origin], ["extension", r.extension],
    ["start", r.start], ["answered", r.answered], ["end", r.end],
    ["duration", r.duration === undefined ? "" : asClock(r.duration)],
    ["audioLength", s.ms === undefined ? "" : asClock(s.ms / 1000)],
    ["codec", [r.media, r.codec].filter(Boolean).join(", ")],
    ["loudness", s.lufs === undefined ? "" : `${asNumber(s.lufs)} LUFS`],
    ["silence", s.silence === undefined ? "" : `${asNumber(s.silence / 10)} %`],
    ["evaluatorOf", (r.evaluators ?? []).join(", ")],
    ["path", r.path], ["sha256", r.sha256],
  ];
  const list = byId("details");
  list.replaceChildren();
  for (const [name, value] of rows)
    if (value)
      list.append(make("div", null, make("dt", null, say(name)), make("dd", null, value)));
  if (s.converted)
    list.append(make("div", null, make("dd", { className: "wide" }, say("converted"))));
}

/* ---- messages and surveys of the same protocol */

function messageItem(m) {
  return make("li", { className: m.received ? "received" : "sent" },
    make("span", { className: "who" }, say(m.received ? "clientSaid" : "agentSaid") + " · " + (m.at ?? "")),
    m.text === undefined ? make("em", null, say("hiddenText", { type: m.type ?? "" })) :
      m.text || `[${m.type ?? ""}]`);
}

function showRelated(data) {
  const body = byId("related-body");
  body.replaceChildren();
  if (data.surveys.length)
    body.append(make("h4", null, say("surveys")), make("dl", null, ...data.surveys.map((s) =>
      make("div", null, make("dt", null, s.question ?? s.kind ?? ""),
        make("dd", null, s.score ?? say("unanswered"))))));
  if (data.messages.length)
    body.append(make("h4", null, say("messages")), make("ol", { className: "chat" }, ...data.messages.map(messageItem)));
  byId("related").hidden = !body.childElementCount;
}

/* ---- notes and marks */

function showNotes(c) {
  byId("note").value = entryOf(c).note;
  showMarks(c);
}

function showMarks(c) {
  byId("marks").replaceChildren(...entryOf(c).marks.map((mark, i) => markItem(c, mark, i)));
  drawWave();
}

function markItem(c, mark, i) {
  const at = asClock(mark.at);
  const go = make("button", { type: "button", className: "time", "aria-label": say("markAt", { at }) }, at);
  const text = make("input", { type: "text", value: mark.text, maxLength: 2000, "aria-label": say("markText", { at }) });
  const remove = make("button", { type: "button", className: "quiet", "aria-label": say("removeMark", { at }), title: say("remove") }, "×");
  go.addEventListener("click", () => seekTo(mark.at));
  text.addEventListener("input", () => changeEntry(c, (e) => { e.marks[i].text = text.value; }));
  remove.addEventListener("click", () => {
    changeEntry(c, (e) => { e.marks.splice(i, 1); });
    showMarks(c);
    byId("mark").focus();
  });
  return make("li", null, go, text, remove);
}

function addMark() {
  const c = review.current, at = Math.round(placeOf() * 10) / 10;
  if (!c)
    return;
  changeEntry(c, (e) => {
    e.marks.push({ at, text: "" });
    e.marks.sort((a, b) => a.at - b.at);
  });
  showMarks(c);
  const i = entryOf(c).marks.findIndex((m) => m.at === at);
  byId("marks").children[i].querySelector("input").focus();
}

/* ---- the scorecard */

function choiceRow(c, question, options) {
  const box = make("div", { className: "options" });
  for (const [answer, text] of options) {
    const input = make("input", {
      type: "radio", name: "q-" + question.id, value: String(answer),
      checked: entryOf(c).answers[question.id] === answer,
    });
    input.addEventListener("change", () => answerQuestion(c, question, answer));
    box.append(make("label", null, input, make("span", null, text)));
  }
  return box;
}

function textRow(c, question) {
  const area = make("textarea", { rows: 2, maxLength: 10000, value: entryOf(c).answers[question.id] ?? "", "aria-label": question.text });
  area.addEventListener("input", () => answerQuestion(c, question, area.value || undefined));
  return area;
}

function questionField(c, question, i) {
  const field = make("fieldset", { className: "question", id: "question-" + i },
    make("legend", null, question.text,
      isFatal(question) && make("span", { className: "flag" }, say("fatal"))),
    question.help ? make("p", { className: "help-text" }, question.help) : null,
    question.type === "text" ? textRow(c, question) : choiceRow(c, question, optionsOf(question)));
  field.addEventListener("focusin", () => markQuestion(i, false));
  return field;
}

function showForm(c) {
  const form = byId("form");
  form.replaceChildren();
  if (!questions().length) {
    form.append(make("p", { className: "help-text" }, say("noForm")));
  } else {
    questions().forEach((q, i) => form.append(questionField(c, q, i)));
    const clear = make("button", { type: "button", className: "quiet" }, say("clearAnswers"));
    const next = make("button", { type: "button", className: "primary", id: "next" }, say("done"));
    clear.addEventListener("click", () => {
      changeEntry(c, (e) => { e.answers = noAnswers(); });
      showForm(c);
    });
    next.addEventListener("click", () => moveBy(1));
    form.append(make("div", { className: "form-end" }, clear, next));
  }
  markQuestion(0, false);
  showScore(c);
}

function showScore(c) {
  const { score, failed } = scoreOf(entryOf(c)), output = byId("score");
  output.textContent = failed ? say("fatalFailed", { question: failed.text }) :
    score === null ? say("scoreNone") : say("points", { score: asNumber(score) });
  output.classList.toggle("failed", Boolean(failed));
  output.hidden = !questions().length;
}

/* Show which question the digits answer. */
function markQuestion(i, isMoved) {
  call.question = Math.min(Math.max(0, i), questions().length - 1);
  for (const field of byId("form").querySelectorAll(".question"))
    field.classList.toggle("now", field.id === "question-" + call.question);
  if (isMoved)
    byId("question-" + call.question)?.scrollIntoView({ block: "nearest" });
}

function answerQuestion(c, question, answer) {
  changeEntry(c, (e) => {
    if (answer === undefined)
      delete e.answers[question.id];
    else
      e.answers[question.id] = answer;
  });
}

/* A digit: the answer of that number to the question that is marked. */
function answerByKey(number) {
  const question = questions()[call.question], c = review.current;
  const option = question && optionsOf(question)[number - 1];
  if (!c || !option)
    return;
  answerQuestion(c, question, option[0]);
  byId("question-" + call.question).querySelectorAll("input")[number - 1].checked = true;
  announce(`${question.text}: ${option[1]}`);
  if (call.question < questions().length - 1)
    markQuestion(call.question + 1, true);
}

/* Something was entered for a call: what shows it follows. */
function entryChanged(c) {
  if (c === review.current)
    showScore(c);
  refreshRow(c);
}

function startCall() {
  byId("form").addEventListener("submit", (event) => event.preventDefault());
  byId("note").addEventListener("input", () =>
    changeEntry(review.current, (e) => { e.note = byId("note").value; }));
  byId("mark").addEventListener("click", addMark);
}
