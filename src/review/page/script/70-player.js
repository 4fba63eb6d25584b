/* The player: one audio element, whose source is a call or one side of it. */

const speeds = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const KEEP_EVERY_MS = 3000;

const player = {
  audio: null, isReady: false, wantsPlace: null,
  loopFrom: null, loopTo: null, keptAt: 0,
};

/* Where we are, also while a source is still loading. */
function placeOf() {
  return player.wantsPlace ?? (player.isReady ? player.audio.currentTime : 0);
}

function lengthOf() {
  const d = player.audio.duration;
  return Number.isFinite(d) && d > 0 ? d : review.current ? secondsOf(review.current) : 0;
}

/* ---- a call is put in */

function sourceOf(call) {
  const file = call.sound.file;
  if (wave.solo === "both" || !call.sound.solo)
    return "audio/" + file;
  return `audio/${file.replace(/\.\w+$/, "")}.${wave.solo}.wav`;
}

/* Load a source and go to a place in it as soon as that can be done. */
function loadSource(place, isPlaying) {
  player.isReady = false;
  player.wantsPlace = place;
  player.audio.src = sourceOf(review.current);
  player.audio.playbackRate = player.audio.defaultPlaybackRate = store.ui.speed;
  setVolume();
  if (isPlaying)
    player.audio.play().catch(() => {});
}

function loadPlayer(call) {
  player.audio.pause();
  setLoop(null, null);
  wave.zoom = 1;
  wave.start = 0;
  wave.lanes = [];
  wave.solo = "both";
  wave.length = secondsOf(call);
  byId("player").hidden = !call.sound.file;
  byId("solo").hidden = !call.sound.solo;
  showSolo();
  showNote("");
  if (call.sound.file) {
    loadSource(entryOf(call).position, false);
  } else {
    player.isReady = false;
    player.wantsPlace = null;
    player.audio.removeAttribute("src");
    player.audio.load();
  }
  showPlace();
}

function showNote(text) {
  byId("wave-note").textContent = text;
  byId("wave-note").hidden = !text;
}

function showTrouble(text) {
  byId("trouble").textContent = text;
  byId("trouble").hidden = !text;
}

/* The points came. */
function takeLanes(lanes) {
  wave.lanes = lanes.map(readLane);
  const has = wave.lanes.length > 1;
  byId("lane-left").hidden = byId("lane-right").hidden = !has;
  byId("lane-left").textContent = say("leftLane");
  byId("lane-right").textContent = say("rightLane");
  if (!wave.lanes.length && review.current.sound.file)
    showNote(say("noWave", { why: review.current.sound.note ?? say("notLoaded") }));
  drawWave();
}

/* ---- moving */

function seekTo(time) {
  const place = Math.min(Math.max(0, time), Math.max(0, lengthOf() - 0.05));
  if (player.isReady)
    player.audio.currentTime = place;
  else
    player.wantsPlace = place;
  followWave(place);
  showPlace();
}

const seekBy = (seconds) => seekTo(placeOf() + seconds);

function togglePlay() {
  if (!review.current?.sound.file)
    return;
  if (player.audio.paused)
    player.audio.play().catch(() => {});
  else
    player.audio.pause();
}

function showPlace() {
  const place = placeOf(), total = lengthOf(), slider = byId("wave");
  byId("elapsed").textContent = asClock(place);
  byId("total").textContent = asClock(total);
  slider.setAttribute("aria-valuemax", String(Math.round(total)));
  slider.setAttribute("aria-valuenow", String(Math.round(place)));
  slider.setAttribute("aria-valuetext", `${asClock(place)} / ${asClock(total)}`);
  drawWave();
}

function showPlaying() {
  const isPlaying = !player.audio.paused, button = byId("play");
  button.classList.toggle("playing", isPlaying);
  button.setAttribute("aria-label", say(isPlaying ? "pause" : "play"));
  button.title = button.getAttribute("aria-label");
}

/* While it plays: draw, repeat the loop, remember the place now and then. */
function tick() {
  if (player.audio.paused)
    return;
  const now = player.audio.currentTime;
  if (player.isReady && player.loopTo !== null && now >= player.loopTo)
    player.audio.currentTime = player.loopFrom;
  followWave(now);
  showPlace();
  if (performance.now() - player.keptAt > KEEP_EVERY_MS)
    keepPlace();
  requestAnimationFrame(tick);
}

function keepPlace() {
  const call = review.current;
  player.keptAt = performance.now();
  if (!call || !player.isReady)
    return;
  const entry = entryOf(call), place = Math.round(player.audio.currentTime * 10) / 10;
  const isOver = place >= lengthOf() - 0.5;
  if (entry.position !== (isOver ? 0 : place)) {
    entry.position = isOver ? 0 : place;
    saveEntry(call, entry, false);
  }
}

/* ---- loop, speed, channels, volume */

function setLoop(from, to) {
  player.loopFrom = from;
  player.loopTo = to !== null && from !== null && to - from >= 0.1 ? to : null;
  byId("loop-clear").disabled = from === null;
  byId("loop-from").setAttribute("aria-pressed", String(from !== null));
  byId("loop-to").setAttribute("aria-pressed", String(player.loopTo !== null));
  drawWave();
}

function loopFromHere() {
  const to = player.loopTo;
  setLoop(placeOf(), to !== null && to > placeOf() ? to : null);
}

function loopToHere() {
  setLoop(player.loopFrom !== null && player.loopFrom < placeOf() ? player.loopFrom : 0, placeOf());
}

function setSpeed(speed) {
  store.ui.speed = speeds.includes(speed) ? speed : 1;
  player.audio.playbackRate = player.audio.defaultPlaybackRate = store.ui.speed;
  byId("speed").value = String(store.ui.speed);
  saveUi();
}

function stepSpeed(by) {
  const i = speeds.indexOf(store.ui.speed) + by;
  setSpeed(speeds[Math.min(speeds.length - 1, Math.max(0, i))]);
  announce(`${say("speed")} ${store.ui.speed}×`);
}

function showSolo() {
  for (const button of byId("solo").querySelectorAll("button"))
    button.setAttribute("aria-pressed", String(button.dataset.solo === wave.solo));
}

function setSolo(solo) {
  if (!review.current?.sound.solo || solo === wave.solo)
    return;
  const place = placeOf(), isPlaying = !player.audio.paused;
  wave.solo = solo;
  showSolo();
  loadSource(place, isPlaying);
  announce(say("switchedTo", { what: say(solo) }));
  drawWave();
}

/*
 * A page from disk may turn sound down and not up: the loud calls are brought
 * to the level of the quiet ones.
 */
function setVolume() {
  let gain = 1;
  const loudness = review.current?.sound.lufs;
  if (store.ui.level && review.head.level !== undefined && loudness !== undefined)
    gain = Math.min(1, 10 ** ((review.head.level - loudness) / 20));
  player.audio.volume = Math.min(1, Math.max(0, store.ui.volume * gain));
}

/* ---- start */

function startEvents(audio) {
  audio.addEventListener("loadedmetadata", () => {
    const place = player.wantsPlace;
    player.isReady = true;
    player.wantsPlace = null;
    if (!(wave.length > 0))
      wave.length = lengthOf();
    if (place)
      audio.currentTime = Math.min(place, Math.max(0, lengthOf() - 0.05));
    showPlace();
  });
  audio.addEventListener("play", () => { showPlaying(); tick(); });
  audio.addEventListener("pause", () => { showPlaying(); keepPlace(); showPlace(); });
  audio.addEventListener("ended", () => { showPlaying(); keepPlace(); });
  audio.addEventListener("seeked", showPlace);
  audio.addEventListener("timeupdate", () => { if (audio.paused) showPlace(); });
  audio.addEventListener("error", () => {
    if (review.current?.sound.file && audio.getAttribute("src"))
      showTrouble(say("cannotPlay", { why: say("refused", { why: audio.error?.message || audio.error?.code || "?" }) }));
  });
}

function startPlayer() {
  const audio = player.audio = byId("audio");
  startEvents(audio);
  byId("speed").append(...speeds.map((s) => make("option", { value: String(s) }, s + "×")));
  setSpeed(store.ui.speed);
  byId("speed").addEventListener("change", () => setSpeed(Number(byId("speed").value)));
  byId("play").addEventListener("click", togglePlay);
  byId("back").addEventListener("click", () => seekBy(-10));
  byId("forward").addEventListener("click", () => seekBy(10));
  byId("loop-from").addEventListener("click", loopFromHere);
  byId("loop-to").addEventListener("click", loopToHere);
  byId("loop-clear").addEventListener("click", () => setLoop(null, null));
  byId("zoom-in").addEventListener("click", () => zoomBy(2, placeOf()));
  byId("zoom-out").addEventListener("click", () => zoomBy(0.5, placeOf()));
  for (const button of byId("solo").querySelectorAll("button"))
    button.addEventListener("click", () => setSolo(button.dataset.solo));
  byId("level").checked = store.ui.level;
  byId("level").addEventListener("change", () => {
    store.ui.level = byId("level").checked;
    saveUi();
    setVolume();
  });
  byId("volume").value = String(store.ui.volume);
  byId("volume").addEventListener("input", () => {
    store.ui.volume = Number(byId("volume").value);
    saveUi();
    setVolume();
  });
  addEventListener("pagehide", keepPlace);
}
