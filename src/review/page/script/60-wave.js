/*
 * The waveform: one lane a channel, drawn from points that were computed when
 * the folder was made. Each point is two bytes: 255 times the square root of
 * the highest amplitude, and of the root mean square.
 */

const wave = {
  lanes: [],              /* Uint8Array: peak, mean, peak, mean, … */
  length: 0,              /* seconds that the points cover */
  zoom: 1, start: 0,      /* what is seen: from start, length / zoom seconds */
  solo: "both",
  drag: null,
};

const MAX_ZOOM = 64;

function readLane(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++)
    bytes[i] = raw.charCodeAt(i);
  return bytes;
}

const seenLength = () => wave.length / wave.zoom;

function clampWave() {
  wave.start = Math.min(Math.max(0, wave.start), wave.length - seenLength());
}

/* Zoom in or out about a time, which stays where it is. */
function zoomBy(factor, about) {
  const zoom = Math.min(MAX_ZOOM, Math.max(1, wave.zoom * factor));
  const share = (about - wave.start) / seenLength();
  wave.zoom = zoom;
  wave.start = about - share * seenLength();
  clampWave();
  drawWave();
}

/* Turn the page when the place that is heard leaves it. */
function followWave(time) {
  if (wave.zoom > 1 && !wave.drag &&
      (time < wave.start || time > wave.start + seenLength())) {
    wave.start = time - seenLength() * 0.05;
    clampWave();
  }
}

const toX = (time, width) => (time - wave.start) / seenLength() * width;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* The highest of a lane's peaks and means between two of its points. */
function highest(lane, from, to) {
  let peak = 0, mean = 0;
  for (let i = 2 * from; i < 2 * to && i < lane.length; i += 2) {
    peak = Math.max(peak, lane[i]);
    mean = Math.max(mean, lane[i + 1]);
  }
  return [peak, mean];
}

/* Quiet calls are drawn larger; what is shown is form, not level. */
function scaleOf(lanes) {
  let most = 64;
  for (const lane of lanes)
    for (let i = 0; i < lane.length; i += 2)
      most = Math.max(most, lane[i]);
  return 1 / most;
}

function drawLane(g, lane, box, played, colours) {
  const points = lane.length / 2, middle = box.top + box.height / 2;
  for (let x = 0; x < box.width; x += 3) {
    const from = Math.floor((wave.start + x / box.width * seenLength()) / wave.length * points);
    const to = Math.ceil((wave.start + (x + 3) / box.width * seenLength()) / wave.length * points);
    const [peak, mean] = highest(lane, from, Math.max(to, from + 1));
    const isPlayed = x < played;
    g.fillStyle = isPlayed ? colours.playedPeak : colours.peak;
    const high = Math.max(1, peak * box.scale * box.height * 0.92);
    g.fillRect(x, middle - high / 2, 2, high);
    g.fillStyle = isPlayed ? colours.playedMean : colours.mean;
    const low = Math.max(1, mean * box.scale * box.height * 0.92);
    g.fillRect(x, middle - low / 2, 2, low);
  }
}

function drawLoop(g, width, height) {
  if (player.loopFrom === null)
    return;
  const from = toX(player.loopFrom, width);
  const to = player.loopTo === null ? from + 2 : toX(player.loopTo, width);
  g.fillStyle = colour("--loop");
  g.fillRect(from, 0, Math.max(2, to - from), height);
}

function drawMarks(g, width, height) {
  g.fillStyle = colour("--mark");
  for (const mark of entryOf(review.current).marks) {
    const x = Math.round(toX(mark.at, width));
    g.fillRect(x, 0, 1, height);
    g.beginPath();
    g.moveTo(x - 5, 0);
    g.lineTo(x + 6, 0);
    g.lineTo(x + 0.5, 8);
    g.fill();
  }
}

/* Where in the whole the stretch lies that is seen. */
function drawPlace(g, width, height) {
  if (wave.zoom === 1)
    return;
  g.fillStyle = colour("--line");
  g.fillRect(0, height - 4, width, 4);
  g.fillStyle = colour("--accent");
  g.fillRect(wave.start / wave.length * width, height - 4, Math.max(6, width / wave.zoom), 4);
}

function drawWave() {
  const canvas = byId("canvas"), ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  if (!width || !review.current || !(wave.length > 0))
    return;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const g = canvas.getContext("2d");
  g.setTransform(ratio, 0, 0, ratio, 0, 0);
  g.clearRect(0, 0, width, height);
  drawLoop(g, width, height);
  const now = placeOf(), played = toX(now, width);
  const scale = scaleOf(wave.lanes);
  wave.lanes.forEach((lane, i) => {
    const part = height / wave.lanes.length;
    const side = i ? "right" : "left";
    const isMuted = wave.lanes.length > 1 && wave.solo !== "both" && wave.solo !== side;
    g.globalAlpha = isMuted ? 0.25 : 1;
    drawLane(g, lane, { top: i * part, height: part, width, scale }, played, {
      peak: colour("--wave-peak"), mean: colour("--wave-mean"),
      playedPeak: colour(i ? "--wave-played-peak-2" : "--wave-played-peak"),
      playedMean: colour(i ? "--wave-played-2" : "--wave-played"),
    });
    g.globalAlpha = 1;
  });
  drawMarks(g, width, height);
  drawPlace(g, width, height);
  g.fillStyle = colour("--text");
  g.fillRect(Math.round(played), 0, 1.5, height);
}

/* ---- mouse and touch */

function timeAt(event) {
  const box = byId("canvas").getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  return Math.min(wave.length, wave.start + share * seenLength());
}

function showHover(event) {
  const hover = byId("hover"), box = byId("canvas").getBoundingClientRect();
  hover.hidden = !wave.length;
  hover.textContent = asClock(timeAt(event), wave.zoom > 4);
  hover.style.left = Math.min(box.width - 48, Math.max(4, event.clientX - box.left + 8)) + "px";
}

function startWave() {
  const element = byId("wave");
  element.addEventListener("pointerdown", (event) => {
    if (event.button || !player.isReady)
      return;
    element.setPointerCapture(event.pointerId);
    wave.drag = { from: timeAt(event), isLoop: event.shiftKey };
    if (!wave.drag.isLoop)
      seekTo(wave.drag.from);
  });
  element.addEventListener("pointermove", (event) => {
    showHover(event);
    if (wave.drag?.isLoop)
      setLoop(Math.min(wave.drag.from, timeAt(event)), Math.max(wave.drag.from, timeAt(event)));
    else if (wave.drag)
      seekTo(timeAt(event));
  });
  const end = () => { wave.drag = null; };
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
  element.addEventListener("pointerleave", () => { byId("hover").hidden = true; });
  element.addEventListener("wheel", (event) => {
    if (event.ctrlKey)
      zoomBy(event.deltaY < 0 ? 1.25 : 0.8, timeAt(event));
    else if (wave.zoom > 1 && event.deltaX) {
      wave.start += event.deltaX / 400 * seenLength();
      clampWave();
      drawWave();
    } else {
      return;
    }
    event.preventDefault();
  }, { passive: false });
  new ResizeObserver(drawWave).observe(byId("canvas"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawWave);
}
