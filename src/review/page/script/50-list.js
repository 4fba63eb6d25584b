/* The list: filtered, sorted, and drawn only where it is seen. */

const ROW_HEIGHT = 68;
const ROWS_AROUND = 6;    /* drawn beyond what is seen */

const list = { shown: [], rows: new Map(), filters: {} };

/* Filters that choose one of the values that occur. */
const valueFilters = [
  ["agent", (c) => c.record.agent], ["service", (c) => c.record.service],
  ["tag", (c) => c.record.tag], ["direction", (c) => c.record.origin],
  ["evaluatorOf", (c) => c.record.evaluators],
];

const sorts = {
  sortGiven: (a, b) => a.n - b.n,
  sortTime: (a, b) => compare(a.record.start, b.record.start) || a.n - b.n,
  sortTimeDown: (a, b) => compare(b.record.start, a.record.start) || a.n - b.n,
  sortDuration: (a, b) => b.seconds - a.seconds || a.n - b.n,
  sortDurationUp: (a, b) => a.seconds - b.seconds || a.n - b.n,
  sortAgent: (a, b) => compare(a.record.agent, b.record.agent) || a.n - b.n,
  sortScore: (a, b) => (scoreOf(entryOf(a)).score ?? 101) - (scoreOf(entryOf(b)).score ?? 101) || a.n - b.n,
};

const compare = (a, b) => (a ?? "") < (b ?? "") ? -1 : (a ?? "") > (b ?? "") ? 1 : 0;

const soundFlags = (call) => [...call.sound.why ? ["unplayable"] : [], ...call.sound.flags ?? []];

/* ---- filters */

/* Every value that occurs, or the ones that are in lists, once, in order. */
function valuesOf(get) {
  const found = new Set();
  for (const call of review.calls)
    for (const value of [get(call)].flat())
      if (value)
        found.add(value);
  return [...found].sort((a, b) => a.localeCompare(b, language));
}

function addChoice(box, name, options) {
  const select = make("select", { id: "filter-" + name },
    make("option", { value: "" }, say("any")));
  for (const [value, text] of options)
    select.append(make("option", { value }, text));
  select.value = list.filters[name] ?? "";
  select.addEventListener("change", () => {
    list.filters[name] = select.value;
    refreshList();
  });
  box.append(make("label", null, make("span", null, say(name)), select));
}

function addField(box, name, type) {
  const input = make("input", { id: "filter-" + name, type, value: list.filters[name] ?? "" });
  if (type === "number")
    input.min = "0";
  input.addEventListener("input", () => {
    list.filters[name] = input.value;
    refreshList();
  });
  box.append(make("label", null, make("span", null, say(name)), input));
}

function buildFilters() {
  const box = byId("filters");
  box.replaceChildren();
  const addValues = ([name, get]) => {
    const values = valuesOf(get);
    if (values.length)
      addChoice(box, name, values.map((v) => [v, v]));
  };
  valueFilters.slice(0, 4).forEach(addValues);
  addField(box, "from", "date");
  addField(box, "to", "date");
  addField(box, "shortest", "number");
  addField(box, "longest", "number");
  addChoice(box, "state", ["scored", "begun", "unscored"].map((v) => [v, say(v)]));
  addChoice(box, "sound", ["fine", "silent", "one_sided", "clipped", "unplayable"].map((v) => [v, say(v)]));
  valueFilters.slice(4).forEach(addValues);
  const clear = make("button", { type: "button", id: "filters-clear" }, say("clear"));
  clear.addEventListener("click", () => {
    list.filters = {};
    byId("search").value = "";
    buildFilters();
    refreshList();
  });
  box.append(clear);
}

function buildSorts() {
  const select = byId("sort"), chosen = select.value;
  select.replaceChildren(...Object.keys(sorts)
    .filter((name) => name !== "sortGiven" || review.head.draw)
    .map((name) => make("option", { value: name }, say(name))));
  select.value = chosen || (review.head.draw ? "sortGiven" : "sortTime");
}

function passesFilters(call) {
  const f = list.filters, day = (call.record.start ?? "").slice(0, 10);
  for (const [name, get] of valueFilters)
    if (f[name] && ![get(call)].flat().includes(f[name]))
      return false;
  if (f.from && day < f.from || f.to && day > f.to)
    return false;
  if (f.shortest && call.seconds < Number(f.shortest) || f.longest && call.seconds > Number(f.longest))
    return false;
  if (f.state && stateOf(call) !== f.state)
    return false;
  if (f.sound === "fine")
    return !soundFlags(call).length;
  return !f.sound || soundFlags(call).includes(f.sound);
}

/* ---- what is shown */

function refreshList() {
  const words = plain(byId("search").value).split(/\s+/).filter(Boolean);
  list.shown = review.calls.filter((call) => words.every((w) => call.words.includes(w)) && passesFilters(call));
  list.shown.sort(sorts[byId("sort").value] ?? sorts.sortTime);
  list.position = new Map(list.shown.map((call, i) => [call, i]));
  const numbers = { n: asNumber(list.shown.length), all: asNumber(review.calls.length) };
  byId("count").textContent = !list.shown.length ? say("noMatch") :
    say(list.shown.length === review.calls.length ? "countAll" : "countSome", numbers);
  const isFiltered = Object.values(list.filters).some(Boolean);
  byId("filters-button").classList.toggle("active", isFiltered);
  byId("list-space").style.height = list.shown.length * ROW_HEIGHT + "px";
  redrawList();
  refreshProgress();
}

function refreshProgress() {
  const scored = review.calls.filter((call) => stateOf(call) === "scored").length;
  byId("progress").hidden = false;
  byId("progress-text").textContent = say("scoredOf", { n: asNumber(scored), all: asNumber(review.calls.length) });
  byId("progress-bar").max = review.calls.length;
  byId("progress-bar").value = scored;
}

function redrawList() {
  for (const row of list.rows.values())
    row.remove();
  list.rows.clear();
  drawList();
}

function drawList() {
  const box = byId("list");
  const first = Math.max(0, Math.floor(box.scrollTop / ROW_HEIGHT) - ROWS_AROUND);
  const last = Math.min(list.shown.length,
    Math.ceil((box.scrollTop + box.clientHeight) / ROW_HEIGHT) + ROWS_AROUND);
  for (const [i, row] of list.rows) {
    if (i < first || i >= last) {
      row.remove();
      list.rows.delete(i);
    }
  }
  for (let i = first; i < last; i++) {
    if (!list.rows.has(i)) {
      list.rows.set(i, makeRow(list.shown[i], i));
      byId("list-space").append(list.rows.get(i));
    }
  }
  const selected = list.position?.get(review.current);
  if (selected !== undefined && list.rows.has(selected))
    box.setAttribute("aria-activedescendant", "row-" + selected);
  else
    box.removeAttribute("aria-activedescendant");
}

function scoreBadge(call) {
  const state = stateOf(call), { score, failed } = scoreOf(entryOf(call));
  if (state === "unscored")
    return null;
  const text = score === null ? state === "scored" ? "✓" : "…" : say("points", { score: Math.round(score) });
  return make("span", { className: `badge ${state}${failed ? " failed" : ""}`, title: say(state) }, text);
}

function makeRow(call, i) {
  const r = call.record, isSelected = call === review.current;
  const row = make("div", {
    className: "row" + (isSelected ? " selected" : ""), role: "option", id: "row-" + i,
    "aria-selected": String(isSelected), "aria-setsize": String(list.shown.length),
    "aria-posinset": String(i + 1),
  },
  make("span", { className: "row-top" },
    make("span", { className: "row-agent" }, r.agent || r.id),
    make("span", { className: "row-length" }, asClock(call.seconds))),
  make("span", { className: "row-middle" },
    make("span", null, asTime(r.start)),
    make("span", { className: "row-service" }, [r.service, r.tag].filter(Boolean).join(" · "))),
  make("span", { className: "row-bottom" },
    scoreBadge(call),
    r.calibration && make("span", { className: "flag info" }, say("calibration")),
    ...soundFlags(call).map((f) => make("span", { className: "flag" }, say(f)))));
  row.style.transform = `translateY(${i * ROW_HEIGHT}px)`;
  row.addEventListener("click", () => openCall(call));
  return row;
}

/* One call's row and the progress, after something was entered. */
function refreshRow(call) {
  const i = list.position?.get(call);
  if (i !== undefined && list.rows.has(i)) {
    const row = makeRow(call, i);
    list.rows.get(i).replaceWith(row);
    list.rows.set(i, row);
  }
  refreshProgress();
}

/* Bring a call's row into sight. */
function showRow(call) {
  const box = byId("list"), i = list.position?.get(call);
  if (i === undefined)
    return;
  const top = i * ROW_HEIGHT;
  if (top < box.scrollTop)
    box.scrollTop = top;
  else if (top + ROW_HEIGHT > box.scrollTop + box.clientHeight)
    box.scrollTop = top + ROW_HEIGHT - box.clientHeight;
  redrawList();
}

/* The call `by` places further down what is shown. */
function moveBy(by) {
  if (!list.shown.length)
    return;
  const i = list.position.get(review.current) ?? (by > 0 ? -1 : list.shown.length);
  openCall(list.shown[Math.min(list.shown.length - 1, Math.max(0, i + by))]);
}

function startList() {
  byId("list").addEventListener("scroll", drawList, { passive: true });
  new ResizeObserver(drawList).observe(byId("list"));
  byId("search").addEventListener("input", refreshList);
  byId("sort").addEventListener("change", refreshList);
  byId("filters-button").addEventListener("click", () => {
    const isOpen = byId("filters").hidden;
    byId("filters").hidden = !isOpen;
    byId("filters-button").setAttribute("aria-expanded", String(isOpen));
  });
}
