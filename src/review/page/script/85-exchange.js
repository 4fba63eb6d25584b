/* Scores out and in: JSON and CSV, also where a browser keeps nothing. */

const EXPORT_FORMAT = "callark-scores";
const csvColumns = ["review", "evaluator", "id", "protocol", "start", "agent", "agent_email", "service",
  "calibration", "state", "score", "failed", "entered", "note", "marks"];

/* What one call was given, as it is exported. */
function exportedCall(c) {
  const r = c.record, entry = entryOf(c), { score, failed } = scoreOf(entry);
  return {
    id: r.id, protocol: r.protocol ?? "", start: r.start ?? "", agent: r.agent ?? "",
    agent_email: r.email ?? "", service: r.service ?? "", calibration: Boolean(r.calibration),
    state: stateOf(c), score, failed: failed?.id ?? null, entered: entry.at,
    answers: entry.answers, note: entry.note, marks: entry.marks,
  };
}

const enteredCalls = () => review.calls.filter((c) => stateOf(c) !== "unscored").map(exportedCall);

function exportJson() {
  return JSON.stringify({
    format: EXPORT_FORMAT, version: 1, review: review.head.review,
    evaluator: store.ui.evaluator.trim(), exported: new Date().toISOString(),
    form: review.head.form ?? null, calls: enteredCalls(),
  }, null, 1) + "\n";
}

/* A cell that a spreadsheet would take for a formula gets an apostrophe. */
function csvCell(value) {
  let text = value === null || value === undefined ? "" : String(value);
  if (/^\s*[=+\-@\t\r]/.test(text) && typeof value !== "number")
    text = "'" + text;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function exportCsv() {
  const names = questions().map((q) => q.id);
  const lines = [[...csvColumns, ...names.map((n) => "q:" + n)]];
  for (const c of enteredCalls()) {
    const row = { ...c, review: review.head.review, evaluator: store.ui.evaluator.trim(), marks: JSON.stringify(c.marks) };
    lines.push([...csvColumns.map((n) => row[n]), ...names.map((n) => c.answers[n])]);
  }
  return lines.map((line) => line.map(csvCell).join(",") + "\r\n").join("");
}

function download(text, type, ending) {
  const who = plain(store.ui.evaluator.trim()).replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const link = make("a", {
    href: URL.createObjectURL(new Blob([text], { type })),
    download: `scores-${review.head.review}${who ? "-" + who : ""}.${ending}`,
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  announce(say("exported", { n: enteredCalls().length }));
}

function exportAs(make, type, ending) {
  if (!store.ui.evaluator.trim()) {
    showBanner(say("nameFirst"));
    byId("evaluator").focus();
    return;
  }
  if (!enteredCalls().length) {
    showBanner(say("nothingToExport"));
    return;
  }
  showBanner("");
  download(make(), type, ending);
}

/* ---- in */

/* The rows of a CSV (RFC 4180). */
function readCsv(text) {
  const rows = [];
  let row = [], cell = "", isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (isQuoted) {
      if (c === '"' && text[i + 1] === '"')
        cell += text[++i];
      else if (c === '"')
        isQuoted = false;
      else
        cell += c;
    } else if (c === '"') {
      isQuoted = true;
    } else if (c === "," || c === "\n") {
      row.push(cell.replace(/\r$/, ""));
      cell = "";
      if (c === "\n")
        rows.push(row), row = [];
    } else {
      cell += c;
    }
  }
  if (cell || row.length)
    rows.push([...row, cell]);
  return rows;
}

const withoutGuard = (text) => text.replace(/^'(?=\s*[=+\-@\t\r])/, "");

/* The answer that a cell of CSV stands for. */
function answerOfCell(question, text) {
  const number = Number(text);
  return text !== "" && question?.type !== "text" && Number.isInteger(number) ? number : text;
}

function callsOfCsv(text) {
  const [head, ...rows] = readCsv(text.replace(/^\ufeff/, ""));
  if (!head || !head.includes("id") || !head.includes("evaluator"))
    throw new Error(say("wrongFile"));
  return rows.map((row) => {
    const cells = Object.fromEntries(head.map((name, i) => [name, withoutGuard(row[i] ?? "")]));
    const answers = {};
    for (const question of questions())
      answers[question.id] = answerOfCell(question, cells["q:" + question.id] ?? "");
    let marks = [];
    try {
      marks = JSON.parse(cells.marks || "[]");
    } catch {
      /* a spreadsheet changed it: the marks are lost, not the scores */
    }
    return { id: cells.id, answers, note: cells.note, marks, entered: cells.entered };
  });
}

function callsOfJson(text) {
  const data = JSON.parse(text);
  if (data?.format !== EXPORT_FORMAT || !Array.isArray(data.calls))
    throw new Error(say("wrongFile"));
  return data.calls;
}

/* Take what was exported; what is entered here for the same call gives way. */
function importText(text) {
  let calls, taken = 0;
  try {
    calls = text.trimStart().startsWith("{") ? callsOfJson(text) : callsOfCsv(text);
  } catch (error) {
    showBanner(say("notImported", { why: error.message }));
    return;
  }
  for (const one of calls) {
    const c = review.byId.get(one?.id);
    if (!c)
      continue;
    const entry = cleanEntry({ ...one, at: one.entered, position: entryOf(c).position });
    saveEntry(c, entry, false);
    taken++;
  }
  showBanner(say(taken < calls.length ? "importedOther" : "imported",
    { n: taken, other: calls.length - taken }));
  refreshList();
  if (review.current)
    openCall(review.current);
}

function startExchange() {
  byId("export-json").addEventListener("click", () => exportAs(exportJson, "application/json", "json"));
  byId("export-csv").addEventListener("click", () => exportAs(exportCsv, "text/csv", "csv"));
  byId("import").addEventListener("click", () => byId("import-file").click());
  byId("import-file").addEventListener("change", async () => {
    const [file] = byId("import-file").files;
    if (file)
      importText(await file.text());
    byId("import-file").value = "";
  });
}
