"use strict";
const told = JSON.parse(document.getElementById("told").textContent);
const looks = JSON.parse(document.getElementById("looks").textContent);
const byId = id => document.getElementById(id);
const map = byId("map"), curve = byId("curve"), slider = byId("slider");
const DAY = 86400;

function unpacked(bytes) {
  // Whole numbers as differences, zigzag, seven bits a byte: as report/replay.py packs them.
  let at = 0;
  return count => {
    const column = new Int32Array(count);
    let before = 0;
    for (let i = 0; i < count; i++) {
      let value = 0, shift = 1, byte;
      do { byte = bytes[at++]; value += (byte & 127) * shift; shift *= 128; } while (byte & 128);
      before += value % 2 ? -(value + 1) / 2 : value / 2;
      column[i] = before;
    }
    return column;
  };
}

async function inflate(text) {
  const packed = Uint8Array.from(atob(text.trim()), letter => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function start(bytes) {
  const next = unpacked(bytes);
  const home = next(told.people), placeX = next(told.places), placeY = next(told.places), spread = next(told.places);
  const when = next(told.events), who = next(told.events), where = next(told.events), becomes = next(told.events);
  const look = new Uint8Array(told.people), place = new Int32Array(told.people), seen = new Int32Array(looks.length);
  const shiftX = new Float32Array(told.people), shiftY = new Float32Array(told.people);
  for (let i = 0; i < told.people; i++) {  // a fixed place within a place, by position in the order of ids
    let hash = Math.imul(i + 1, 0x9E3779B1);
    hash ^= hash >>> 15; hash = Math.imul(hash, 0x85EBCA77); hash ^= hash >>> 13;
    shiftX[i] = (hash & 0xffff) / 32768 - 1;
    hash = Math.imul(hash, 0xC2B2AE3D); hash ^= hash >>> 16;
    shiftY[i] = (hash & 0xffff) / 32768 - 1;
  }
  const colours = looks.map(one => {
    const rgb = parseInt(one.colour.slice(1), 16);
    return 0xff000000 | (rgb & 0xff) << 16 | (rgb & 0xff00) | rgb >> 16;
  });
  const state = {tick: 0, applied: 0, timer: 0, zoom: 1, x: 0, y: 0, frame: 0};
  reset();

  function reset() {
    look.fill(0); place.set(home); seen.fill(0); seen[0] = told.people;
    state.applied = 0;
  }
  function goTo(tick) {
    if (tick < state.tick) reset();
    state.tick = tick;
    for (; state.applied < told.events && when[state.applied] <= tick; state.applied++) {
      const person = who[state.applied], after = becomes[state.applied];
      if (where[state.applied] >= 0) place[person] = where[state.applied];
      if (after !== told.kept) { seen[look[person]]--; seen[after]++; look[person] = after; }
    }
  }

  let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
  for (const ring of told.zones) for (const [x, y] of ring) { left = Math.min(left, x); right = Math.max(right, x); low = Math.min(low, y); high = Math.max(high, y); }
  for (let p = 0; p < told.places; p++) {
    left = Math.min(left, placeX[p] - spread[p]); right = Math.max(right, placeX[p] + spread[p]);
    low = Math.min(low, placeY[p] - spread[p]); high = Math.max(high, placeY[p] + spread[p]);
  }
  const sheet = map.getContext("2d", {alpha: false});
  let image, pixels, over, scale, offX, offY;
  function size() {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.max(300, Math.round(map.clientWidth * ratio));
    const tall = Math.min(width, Math.max(320 * ratio, (window.innerHeight - 280) * ratio));
    map.width = width; map.height = Math.round(tall);
    map.style.height = map.height / ratio + "px";
    image = sheet.createImageData(map.width, map.height);
    pixels = new Uint32Array(image.data.buffer); over = new Uint8Array(pixels.length);
    curve.width = Math.round(curve.clientWidth * ratio);
    drawCurve();
  }
  function view() {
    const fit = Math.min(map.width / (right - left || 1), map.height / (high - low || 1)) * 0.97;
    scale = fit * state.zoom;
    offX = map.width / 2 - ((left + right) / 2 + state.x) * scale;
    offY = map.height / 2 + ((low + high) / 2 + state.y) * scale;
  }
  function drawPeople() {
    // One pass: whose look stands further down the list wins a pixel.
    pixels.fill(0xffffffff); over.fill(0);
    const width = map.width, height = map.height, room = Math.sqrt(width * height / told.people) / 8;
    const dot = Math.max(scale > 0.5 ? 3 : scale > 0.16 ? 2 : 1, Math.min(5, room | 0));
    for (let i = 0; i < told.people; i++) {
      const p = place[i], r = spread[p], mine = look[i] + 1;
      const x = (placeX[p] + shiftX[i] * r) * scale + offX | 0, y = offY - (placeY[p] + shiftY[i] * r) * scale | 0;
      if (x < 0 || y < 0 || x >= width - dot || y >= height - dot) continue;
      const broad = mine > 1 ? dot : Math.max(1, dot - 1);
      for (let dy = 0; dy < broad; dy++) for (let dx = 0, at = (y + dy) * width + x; dx < broad; dx++, at++) {
        if (over[at] < mine) { over[at] = mine; pixels[at] = colours[mine - 1]; }
      }
    }
    sheet.putImageData(image, 0, 0);
    sheet.strokeStyle = "#5b6270"; sheet.lineWidth = 1; sheet.globalAlpha = 0.55;
    for (const ring of told.zones) {
      sheet.beginPath();
      ring.forEach(([x, y], i) => i ? sheet.lineTo(x * scale + offX, offY - y * scale) : sheet.moveTo(x * scale + offX, offY - y * scale));
      sheet.stroke();
    }
    sheet.globalAlpha = 1;
    drawNames(width, height);
  }
  function drawNames(width, height) {
    // A ring around each of the cast; the name too where it covers no other.
    if (!told.names.length || !byId("names").checked) return;
    const ratio = width / map.clientWidth, tall = 12 * ratio, seen = [], taken = [];
    sheet.font = `${tall}px system-ui, sans-serif`; sheet.textBaseline = "middle";
    for (const [i, name] of told.names) {
      const p = place[i], r = spread[p];
      const x = (placeX[p] + shiftX[i] * r) * scale + offX, y = offY - (placeY[p] + shiftY[i] * r) * scale;
      if (x >= 0 && y >= 0 && x < width && y < height) seen.push([i, name, x, y]);
    }
    for (const [, name, x, y] of seen) {
      const wide = sheet.measureText(name).width, start = x + 7 * ratio + wide < width ? x + 7 * ratio : x - 7 * ratio - wide;
      if (taken.some(([a, b, w]) => Math.abs(b - y) < tall && a < start + wide && start < a + w)) continue;
      taken.push([start, y, wide]);
      sheet.fillStyle = "#fff"; sheet.globalAlpha = 0.75; sheet.fillRect(start - ratio, y - tall / 2, wide + 2 * ratio, tall); sheet.globalAlpha = 1;
      sheet.fillStyle = "#000"; sheet.fillText(name, start, y);
    }
    for (const [i, , x, y] of seen) {
      sheet.strokeStyle = "#000"; sheet.lineWidth = ratio;
      sheet.fillStyle = looks[look[i]].colour;
      sheet.beginPath(); sheet.arc(x, y, 4 * ratio, 0, 7); sheet.fill(); sheet.stroke();
    }
  }
  const first = new Int32Array(told.last + 2), before = new Uint8Array(told.people);
  for (let i = 0; i < told.events; i++) {  // new infections by tick: who is first seen in a state of the infected, again after each recovery
    const after = becomes[i];
    if (after === told.kept) continue;
    const infected = after >= 3;
    if (infected && !before[who[i]]) first[Math.min(when[i], told.last)]++;
    before[who[i]] = infected ? 1 : after === 2 ? 1 : 0;
  }
  const shown = () => byId("span").value === "all" ? told.last : told.busy;
  function drawCurve() {
    const sheet = curve.getContext("2d"), width = curve.width, height = curve.height, until = shown();
    const bars = Math.min(until + 1, 150), sums = new Float64Array(bars);
    for (let tick = 0; tick <= until; tick++) sums[Math.min(bars - 1, Math.floor(tick * bars / (until + 1)))] += first[tick];
    const most = Math.max(1, ...sums), inset = 8 * width / Math.max(1, curve.clientWidth), wide = (width - 2 * inset) / bars;
    sheet.clearRect(0, 0, width, height);
    sheet.fillStyle = "#c3c7cf";
    for (const one of told.orders) if (one.from <= until) sheet.fillRect(inset + one.from / until * (width - 2 * inset), 0, 1, height);
    sheet.fillStyle = "#0072B2";
    sums.forEach((sum, i) => sheet.fillRect(inset + i * wide, height - sum / most * (height - 4), Math.max(1, wide - 1), sum / most * (height - 4)));
    sheet.fillStyle = "#000";
    sheet.fillRect(inset + Math.min(1, state.tick / until) * (width - 2 * inset), 0, 2, height);
  }
  const two = number => String(number).padStart(2, "0");
  function clock(tick) {
    const second = told.start + tick * told.tick, rest = second % DAY;
    return `day ${Math.floor(second / DAY) + 1} ${two(Math.floor(rest / 3600))}:${two(Math.floor(rest % 3600 / 60))}`;
  }
  function draw() {
    state.frame = 0;
    view(); drawPeople(); drawCurve();
    byId("when").textContent = clock(state.tick);
    looks.forEach((one, code) => {
      const row = byId("look-" + code);
      row.lastElementChild.textContent = seen[code].toLocaleString("en-US");
      row.hidden = !ever[code];
    });
    told.names.forEach(([i], k) => {
      const row = byId("cast-" + k), one = looks[look[i]];
      row.firstElementChild.style.background = one.colour; row.lastElementChild.textContent = one.name;
    });
    const now = told.orders.filter(one => one.from <= state.tick && state.tick <= one.to);
    byId("orders").textContent = now.map(one => `${one.order} (no. ${one.no})`).join(", ") || "none";
    slider.value = state.tick;
    slider.setAttribute("aria-valuetext", clock(state.tick));
  }
  const ever = looks.map((_, code) => code === 0 || becomes.includes(code));
  const soon = () => { if (!state.frame) state.frame = requestAnimationFrame(draw); };
  function keep() {
    const parts = [`t=${state.tick}`];
    if (byId("span").value === "all") parts.push("all=1");
    if (state.zoom !== 1) parts.push(`z=${state.zoom.toFixed(3)}`, `x=${Math.round(state.x)}`, `y=${Math.round(state.y)}`);
    if (byId("speed").value !== "3600") parts.push(`speed=${byId("speed").value}`);
    history.replaceState(null, "", "#" + parts.join("&"));
  }
  function fromAddress() {
    const given = new URLSearchParams(location.hash.slice(1)), number = (name, otherwise) => Number.isFinite(parseFloat(given.get(name))) ? parseFloat(given.get(name)) : otherwise;
    const tick = Math.max(0, Math.min(told.last, Math.round(number("t", 0))));
    byId("span").value = given.get("all") || tick > told.busy ? "all" : "busy";
    slider.max = shown();
    if ([...byId("speed").options].some(one => one.value === given.get("speed"))) byId("speed").value = given.get("speed");
    state.zoom = Math.max(1, Math.min(60, number("z", 1))); state.x = number("x", 0); state.y = number("y", 0);
    goTo(tick); soon();
  }
  function to(tick) { goTo(Math.max(0, Math.min(shown(), tick))); soon(); }
  function stop() { clearInterval(state.timer); state.timer = 0; byId("play").textContent = "Play"; keep(); }
  function play() {
    if (state.timer) return stop();
    if (state.tick >= shown()) to(0);
    byId("play").textContent = "Pause";
    let at = state.tick, last = performance.now();
    state.timer = setInterval(() => {
      const now = performance.now();
      at += (now - last) / 1000 * byId("speed").value / told.tick; last = now;
      to(Math.floor(at));
      if (state.tick >= shown()) stop();
    }, 50);
  }
  for (const [seconds, name] of [[600, "10 minutes a second"], [3600, "1 hour a second"], [21600, "6 hours a second"], [DAY, "1 day a second"], [7 * DAY, "1 week a second"], [30 * DAY, "30 days a second"]])
    byId("speed").add(new Option(name, seconds, seconds === 3600, seconds === 3600));
  byId("play").onclick = play;
  byId("back").onclick = () => { stop(); to(state.tick - 1); keep(); };
  byId("on").onclick = () => { stop(); to(state.tick + 1); keep(); };
  byId("whole").onclick = () => { state.zoom = 1; state.x = state.y = 0; soon(); keep(); };
  if (told.names.length) byId("names").onchange = soon;
  byId("speed").onchange = keep;
  byId("span").onchange = () => { slider.max = shown(); to(state.tick); keep(); };
  slider.oninput = () => { if (state.timer) stop(); to(Number(slider.value)); };
  slider.onchange = keep;
  curve.onclick = event => { to(Math.round((event.offsetX - 8) / (curve.clientWidth - 16) * shown())); keep(); };
  map.addEventListener("wheel", event => {
    event.preventDefault();
    const ratio = map.width / map.clientWidth, px = event.offsetX * ratio, py = event.offsetY * ratio;
    const metreX = (px - offX) / scale, metreY = (offY - py) / scale, was = state.zoom;
    state.zoom = Math.max(1, Math.min(60, was * Math.exp(-event.deltaY * 0.0015)));
    const fit = scale / was * state.zoom;
    state.x = metreX - (px - map.width / 2) / fit - (left + right) / 2;
    state.y = metreY + (py - map.height / 2) / fit - (low + high) / 2;
    if (state.zoom === 1) state.x = state.y = 0;
    soon(); keep();
  }, {passive: false});
  let held = null;
  map.onpointerdown = event => { held = [event.clientX, event.clientY]; map.setPointerCapture(event.pointerId); };
  map.onpointermove = event => {
    if (!held) return;
    const ratio = map.width / map.clientWidth;
    state.x -= (event.clientX - held[0]) * ratio / scale; state.y += (event.clientY - held[1]) * ratio / scale;
    held = [event.clientX, event.clientY]; soon();
  };
  map.onpointerup = map.onpointercancel = () => { held = null; keep(); };
  window.addEventListener("hashchange", fromAddress);
  window.addEventListener("resize", () => { size(); soon(); });
  fromAddress(); size(); draw();
}

inflate(byId("data").textContent).then(start).catch(error => {
  byId("wrong").hidden = false;
  byId("wrong").textContent = "The replay could not be drawn: " + error.message;
});
