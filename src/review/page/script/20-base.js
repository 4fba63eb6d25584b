/* What every part uses: elements, numbers as people read them, the state. */

const byId = (id) => document.getElementById(id);

/* make("li", {className: "row"}, "text", child …): strings become text. */
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name.includes("-") || name === "role" || name === "for")
      element.setAttribute(name, value);
    else
      element[name] = value;
  }
  for (const child of children)
    if (child !== null && child !== undefined && child !== false)
      element.append(child);
  return element;
}

/* 75.4 -> "1:15"; with tenths "1:15.4". */
function asClock(seconds, hasTenths) {
  const s = Math.max(0, Number.isFinite(seconds) ? seconds : 0);
  const whole = Math.floor(s), hours = Math.floor(whole / 3600);
  const two = (n) => String(n).padStart(2, "0");
  const rest = hasTenths ? "." + Math.floor(s * 10 % 10) : "";
  return hours ? `${hours}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${rest}`
               : `${Math.floor(whole / 60)}:${two(whole % 60)}${rest}`;
}

/* "2024-12-30 08:15:00" as our language writes it. */
function asTime(text) {
  if (!text)
    return "";
  const [date, time] = text.split(" ");
  const [year, month, day] = date.split("-");
  return (language === "pt" ? `${day}/${month}/${year}` : date) + " " + (time ?? "").slice(0, 5);
}

const asNumber = (n) => n.toLocaleString(language === "pt" ? "pt-BR" : "en");

/* Letters without accents and case, for comparing. */
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/* Tell those who cannot see it. */
function announce(text) {
  byId("live").textContent = text;
}

/* Tell everybody, until something else is told. */
function showBanner(text) {
  byId("banner").textContent = text;
  byId("banner").hidden = !text;
}

/* The review, once its data is there. */
const review = {
  head: null,
  calls: [],              /* {n, record, sound, words, seconds} */
  byId: new Map(),
  current: null,
};

/* How long a call sounds, in seconds; of one without sound how long it was. */
function secondsOf(call) {
  const ms = call.sound.ms ?? call.record.ms;
  return ms >= 0 ? ms / 1000 : call.record.duration ?? 0;
}
