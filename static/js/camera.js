// The live scanner of /scan: camera, viewfinder, torch, zoom, feedback. Without this file the forms below it work.

const box = document.querySelector("[data-scanner]");
const part = (name) => box.querySelector(`[data-${name}]`);
const video = part("video");
const canvas = document.createElement("canvas");
const SLOW_MS = 12000; // without a code for so long: advice
const TIRED_MS = { server: 60000 }; // without a code for so long: the camera rests
const TIRED_ELSE_MS = 150000;
const FEEDBACK_MS = 180; // the beep is heard before the page goes

const { browserReader, wasmReader, serverReader, Watcher } = await import(box.dataset.reading);

let stream = null;
let reader = null;
let finding = null; // a promise of the reader: who starts twice in haste loads one decoder
let run = 0; // the present run of the loop; a new number ends the one before
let sound = null;

function say(name) {
  part("status").textContent = name ? box.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`] : "";
}

function show(state) {
  box.dataset.state = state;
  part("stop").hidden = state !== "live" && state !== "starting";
  part("offered").hidden = state !== "choice";
  part("failure").hidden = state !== "failed";
  if (state !== "live") part("lens").hidden = true;
}

// --- choices that this device remembers ---------------------------------------------------------------------

function remembered(name) {
  try {
    return localStorage.getItem(`scan.${name}`) !== "off";
  } catch {
    return true; // a browser that keeps nothing
  }
}

for (const button of box.querySelectorAll("[data-switch]")) {
  const name = button.dataset.switch;
  button.hidden = name === "vibrate" && !navigator.vibrate;
  button.setAttribute("aria-pressed", String(remembered(name)));
  button.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    try {
      localStorage.setItem(`scan.${name}`, on ? "on" : "off");
    } catch {
      // It holds for this page then.
    }
    if (on) feedback();
  });
}

const wanted = (name) => box.querySelector(`[data-switch=${name}]`).getAttribute("aria-pressed") === "true";

// Browsers let a page sound only after a touch: the context is made in the first one.
function wakeSound() {
  const Context = self.AudioContext ?? self.webkitAudioContext;
  if (!Context) return;
  sound ??= new Context();
  if (sound.state === "suspended") sound.resume().catch(() => {});
}

function feedback() {
  if (wanted("vibrate")) navigator.vibrate?.(60);
  if (!wanted("sound") || sound?.state !== "running") return;
  const tone = sound.createOscillator();
  const volume = sound.createGain();
  tone.frequency.value = 1760;
  volume.gain.setValueAtTime(0.15, sound.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.14);
  tone.connect(volume).connect(sound.destination);
  tone.start();
  tone.stop(sound.currentTime + 0.15);
}

// --- camera ---------------------------------------------------------------------------------------------------

const REASONS = {
  NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none",
  NotReadableError: "busy", AbortError: "busy",
};

function fail(reason) {
  stop();
  show("failed");
  say("");
  for (const notice of box.querySelectorAll("[data-reason]")) notice.hidden = notice.dataset.reason !== reason;
}

async function start() {
  stop();
  const mine = ++run;
  if (!self.isSecureContext) return fail("insecure");
  if (!navigator.mediaDevices?.getUserMedia) return fail("unsupported");
  show("starting");
  say("starting");
  const size = { width: { ideal: 1920 }, height: { ideal: 1080 } };
  try {
    const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, ...size } });
    if (mine !== run) return opened.getTracks().forEach((track) => track.stop()); // left meanwhile
    stream = opened;
    video.srcObject = stream;
    await video.play();
  } catch (error) {
    return mine === run ? fail(REASONS[error.name] ?? "unsupported") : undefined;
  }
  stream.getVideoTracks()[0].addEventListener("ended", () => mine === run && fail("lost"));
  show("live");
  equip(stream.getVideoTracks()[0]);
  say(reader ? aim() : "loading");
  reader ??= await (finding ??= find());
  box.dataset.reader = reader.name;
  if (mine === run) return watch(mine);
}

const find = async () => (await browserReader()) ?? (await wasmReader(box.dataset)) ?? serverReader(box.dataset.frame);
const aim = () => (reader.name === "server" ? "aimServer" : "aim");

function stop() {
  run += 1;
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
}

function equip(track) {
  const can = track.getCapabilities?.() ?? {};
  const set = (constraint) => track.applyConstraints({ advanced: [constraint] }).catch(() => {});
  const torch = part("torch");
  torch.hidden = !can.torch;
  torch.setAttribute("aria-pressed", "false");
  torch.onclick = () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    torch.setAttribute("aria-pressed", String(on));
    set({ torch: on });
  };
  const range = part("zoom-range");
  part("zoom").hidden = !(can.zoom && can.zoom.max > can.zoom.min);
  if (can.zoom) {
    Object.assign(range, { min: can.zoom.min, max: can.zoom.max, step: can.zoom.step || 0.1 });
    range.value = track.getSettings().zoom ?? can.zoom.min;
    range.oninput = () => set({ zoom: Number(range.value) });
  }
  if (can.focusMode?.includes("continuous")) set({ focusMode: "continuous" });
  part("lens").hidden = torch.hidden && part("zoom").hidden;
}

// --- reading --------------------------------------------------------------------------------------------------

// The part of the picture that the viewfinder shows: a code that the shopper does not see is not read.
function still(longest) {
  const { videoWidth: wide, videoHeight: high } = video;
  const frame = part("viewfinder").getBoundingClientRect();
  const shape = frame.width / frame.height;
  const width = Math.min(wide, high * shape);
  const height = width / shape;
  const scale = Math.min(1, longest / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(video, (wide - width) / 2, (high - height) / 2, width, height, 0, 0, canvas.width, canvas.height);
  return canvas;
}

async function watch(mine) {
  const watcher = new Watcher();
  const began = performance.now();
  let slow = false;
  say(aim());
  while (mine === run) {
    if (video.readyState >= 2 && video.videoWidth) {
      let symbols;
      try {
        symbols = await reader.read(still(reader.side));
      } catch {
        if (mine === run) await fallBack();
        continue;
      }
      if (mine !== run) return;
      const decided = watcher.look(symbols);
      if (decided?.take) return take(decided.take);
      if (decided?.offer) return offer(decided.offer);
    }
    const passed = performance.now() - began;
    if (passed > (TIRED_MS[reader.name] ?? TIRED_ELSE_MS)) return rest("tired");
    if (passed > SLOW_MS && !slow) {
      slow = true;
      say("slow");
    }
    await new Promise((done) => setTimeout(done, reader.pause));
  }
}

// A reader that breaks is followed by the next one; after the server there is none.
async function fallBack() {
  const broken = reader;
  broken.close();
  if (broken.name === "server") {
    reader = finding = null;
    return fail("reader");
  }
  const mine = run;
  const next = (broken.name === "browser" && (await wasmReader(box.dataset))) || serverReader(box.dataset.frame);
  reader = next;
  box.dataset.reader = reader.name;
  if (mine === run) say(aim());
}

function rest(why) {
  stop();
  show("idle");
  say(why);
}

const addressOf = (symbol) => {
  const address = new URL(box.dataset.answer, location.href);
  address.searchParams.set("code", symbol.payload);
  address.searchParams.set("from", "camera");
  return address.pathname + address.search;
};

function take(symbol) {
  run += 1;
  show("taken");
  say("taken");
  video.pause();
  feedback();
  setTimeout(() => location.assign(addressOf(symbol)), FEEDBACK_MS);
}

function offer(symbols) {
  run += 1;
  video.pause();
  feedback();
  part("offers").replaceChildren(
    ...symbols.map((symbol) => {
      const entry = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href: addressOf(symbol) });
      const words = document.createElement("span");
      const text = Object.assign(document.createElement("span"), { className: "mono", textContent: readable(symbol) });
      words.append(Object.assign(document.createElement("strong"), { textContent: CARRIERS[symbol.format] ?? symbol.format }), text);
      link.append(words);
      entry.append(link);
      return entry;
    }),
  );
  show("choice");
  say("choice");
  part("offered").querySelector("h2").focus();
}

const CARRIERS = {
  QRCode: "QR", MicroQRCode: "Micro QR", RMQRCode: "rMQR", EAN13: "EAN-13", EAN8: "EAN-8", UPCA: "UPC-A", UPCE: "UPC-E",
  Code128: "Code 128", DataMatrix: "DataMatrix", ITF: "ITF-14",
};
const readable = (symbol) => symbol.payload.replace(/^\][A-Za-z]\d/, "").replaceAll("\x1d", " ");

// --- the page -------------------------------------------------------------------------------------------------

for (const name of ["start", "retry", "again"]) {
  part(name).addEventListener("click", () => {
    wakeSound();
    start();
    if (name !== "start") box.scrollIntoView({ block: "nearest" });
  });
}
part("stop").addEventListener("click", () => {
  rest("stopped");
  part("start").focus();
});

// A camera that nobody looks through is off. On return it goes on where it was on.
let wasLive = false;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    wasLive = ["live", "starting"].includes(box.dataset.state);
    if (wasLive) rest("");
  } else if (wasLive) start();
});
addEventListener("pagehide", () => rest(""));

box.classList.add("is-live");

// Whoever pressed "Scan" on another page (#camera) has asked for the camera; so has who allowed it before.
async function allowed() {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false; // a browser that does not tell
  }
}
if (location.hash === "#camera" || (await allowed())) start();
