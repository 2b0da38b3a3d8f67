// The field kit: what is captured is written to this phone first, then sent when there is a network.
const page = document.querySelector("[data-kit]");
const say = page.dataset;
const { openKeep } = await import(say.keepSrc);
const { sendAll, unsent } = await import(say.sendingSrc);
const { scanAll, stopCamera } = await import(say.cameraSrc);
const { againstLines, groupChoice, labelLines, line, visitLines } = await import(say.linesSrc);
const list = page.querySelector("[data-checks]");
const status = page.querySelector("[data-status]");
const video = page.querySelector("video");
const RETRY_MS = 15000;
const keep = await openKeep();
let visit, sending = false, again = false, timer = 0, lastGroup = 0;

const make = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text || "", className: name || "" });
const bare = (text) => text.replace(/^https?:\/\/[^/]+|\?.*$/gi, ""); // a link names the same item whoever hosts it
const ofOne = (text) => /\/21\/|\(21\)|^\]/.test(text); // a code of one item, not of all of its kind

function card(check, odds, group, photos) {
  const answer = check.answer;
  const item = make("li", "", "kit-check " + (answer ? "level-" + answer.level : "is-pending"));
  item.dataset.id = check.id;
  item.append(make("strong", answer ? answer.title : say.pending));
  if (answer && answer.name) item.append(make("span", answer.name, "kit-name"));
  item.append(make("span", check.text || say.photoOnly, "mono kit-code"));
  item.append(make("small", new Date(check.taken).toLocaleString(document.documentElement.lang) + (photos ? ` · ${say.photos}: ${photos}` : "")));
  item.classList.toggle("is-odd", odds.length > 0);
  for (const odd of odds) item.append(make("p", odd, "kit-odd"));
  if (answer) for (const reason of answer.reasons) item.append(make("p", reason, "kit-reason"));
  if (answer) for (const known of answer.known) item.append(make("p", known, "kit-known"));
  item.append(checklist(check, group), picture(check.id));
  return item;
}

function checklist(check, group) {
  const more = make("details"), label = labelLines(group), all = [...label, ...againstLines()];
  const marks = check.marks || {}, facts = { marks, declared: (check.answer || {}).declared, say, set };
  // The first mark settles whose lines they are, whatever is found of the goods later.
  function set(key, mark) { change(check.id, (kept) => { kept.group = group; kept.marks = marked(kept.marks, key, mark); }); }
  const rest = button(say.rest, () => change(check.id, (kept) => {
    kept.group = group;
    for (const [key] of all) kept.marks = { [key]: "ok", ...kept.marks };
  }));
  rest.dataset.at = "rest";
  const note = make("textarea");
  note.placeholder = note.ariaLabel = say.note;
  note.value = check.note || "";
  note.addEventListener("change", () => change(check.id, (kept) => { kept.note = note.value; }));
  more.append(
    make("summary", `${say.checklist} (${all.filter(([key]) => marks[key]).length}/${all.length})`),
    groupChoice(group, say, (number) => change(check.id, (kept) => { kept.group = number; }, true)),
    make("h3", say.label), ...label.map((one) => line(one, facts)),
    make("h3", say.against), ...againstLines().map((one) => line(one, facts)), rest, note,
  );
  return more;
}

const button = (text, act) => {
  const made = Object.assign(make("button", text, "quiet-button"), { type: "button" });
  made.addEventListener("click", act);
  return made;
};

function marked(marks, key, mark) {
  const after = { ...marks, [key]: mark };
  if (!mark) delete after[key];
  return after;
}

// More photos of one piece: its label, its seal, its pack.
function picture(id) {
  const box = make("label", say.photoMore, "quiet-button kit-photo"), file = make("input", "", "kit-file");
  Object.assign(file, { type: "file", accept: "image/*" });
  file.setAttribute("capture", "environment");
  file.addEventListener("change", async () => {
    if (!file.files[0]) return;
    await keepPhoto(file.files[0], id);
    await show();
    send();
  });
  box.append(file);
  return box;
}

async function keepPhoto(file, check) {
  const blob = new Blob([await file.arrayBuffer()], { type: file.type });
  await keep.put("photos", { id: crypto.randomUUID(), visit: visit.id, check, kind: "photo", blob, sent: false });
}

async function change(id, how, picked) {
  await keep.turn("checks", id, (check) => {
    how(check);
    check.sent = false;
    if (picked) lastGroup = check.group;
  });
  await show();
  send();
}

// Draws what changed, and nothing else: whoever types a note or taps down a list is not interrupted by an answer.
function draw(checks, photos) {
  const old = new Map([...list.children].map((one) => [one.dataset.id, one]));
  for (const [place, check] of checks.entries()) {
    const twice = !check.answer && ofOne(check.text) && checks.some((one) => one.id !== check.id && bare(one.text) === bare(check.text));
    const odds = check.answer ? check.answer.odd : twice ? [say.twice] : [];
    const group = check.group ?? ((check.answer || {}).group || lastGroup);
    const facts = [check, odds, group, photos.filter((one) => one.check === check.id).length];
    const was = old.get(check.id), told = JSON.stringify(facts);
    old.delete(check.id);
    if (was && (was.told === told || was.querySelector("textarea:focus"))) continue;
    const now = Object.assign(card(...facts), { told }), at = was && was.contains(document.activeElement) && document.activeElement.dataset.at;
    if (!was) { list.insertBefore(now, list.children[place] || null); continue; }
    now.querySelector("details").open = was.querySelector("details").open;
    was.replaceWith(now);
    if (at) now.querySelector(`[data-at="${at}"]`).focus({ preventScroll: true });
  }
  for (const gone of old.values()) gone.remove();
}

function drawVisit() {
  const box = page.querySelector("[data-visit-lines]");
  const set = async (key, mark) => {
    await write("marks", marked(visit.marks, key, mark));
    drawVisit();
    box.querySelector(`[data-at="${key} ${mark || "ok"}"]`).focus({ preventScroll: true });
    send();
  };
  box.replaceChildren(...visitLines(visit.basis || "survey").map((one) => line(one, { marks: visit.marks || {}, say, set })));
}

async function show() {
  const [checks, photos] = await Promise.all([keep.of("checks", visit.id), keep.of("photos", visit.id)]);
  draw(checks.sort((a, b) => b.taken - a.taken), photos);
  let waiting = 0;
  for (const one of await keep.all("visits")) waiting += (await unsent(keep, one.id)) || (one.closed && !one.sent ? 1 : 0);
  status.textContent = waiting ? say.waiting.replace("{count}", waiting) : checks.length ? say.sent : "";
  page.classList.toggle("is-waiting", waiting > 0);
  return waiting;
}

async function add(text, photo) {
  const check = { id: crypto.randomUUID(), visit: visit.id, text, taken: Date.now(), marks: {}, note: "", sent: false };
  if (photo) await keepPhoto(photo, check.id);
  await keep.put("checks", check);
  await show();
  send();
}

// One sending at a time; what came during it goes with the next, at once.
async function send() {
  clearTimeout(timer);
  again = true;
  if (sending) return;
  sending = true;
  let problem = "", waiting = 0;
  while (again && !problem) {
    again = false;
    problem = await sendAll(keep).then(() => "", (error) => error.message || "line");
    waiting = await show();
  }
  sending = false;
  if (problem === "sign-in" && waiting) status.textContent = say.signIn;
  page.querySelector("[data-again]").hidden = problem !== "sign-in";
  if (waiting) timer = setTimeout(send, RETRY_MS);
}

async function begin() {
  lastGroup = 0; // the next stall sells other goods
  visit = { id: crypto.randomUUID(), account: say.account, place: "", seller: "", note: "", basis: "survey", marks: {}, opened: Date.now(), closed: 0, sent: true };
  await keep.put("visits", visit);
}

async function write(name, value) {
  visit[name] = value;
  await keep.turn("visits", visit.id, (kept) => { kept[name] = value; kept.sent = false; });
}

function sketch(canvas) {
  const pen = canvas.getContext("2d");
  let drawing = false;
  Object.assign(pen, { lineWidth: 2.5, lineCap: "round" });
  const at = (event) => [event.offsetX * canvas.width / canvas.clientWidth, event.offsetY * canvas.height / canvas.clientHeight];
  canvas.addEventListener("pointerdown", (event) => { drawing = true; pen.beginPath(); pen.moveTo(...at(event)); canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => { if (drawing) { pen.lineTo(...at(event)); pen.stroke(); } });
  canvas.addEventListener("pointerup", () => { drawing = false; });
  page.querySelector("[data-wipe]").addEventListener("click", () => pen.clearRect(0, 0, canvas.width, canvas.height));
  page.querySelector("[data-sign]").addEventListener("click", () => canvas.toBlob(async (blob) => {
    await keep.put("photos", { id: crypto.randomUUID(), visit: visit.id, check: "", kind: "signature", blob, sent: false });
    await show();
    page.querySelector("[data-signed-line]").textContent = say.signed;
    send();
  }, "image/png"));
}

function look() {
  const start = page.querySelector("[data-camera]"), stop = page.querySelector("[data-stop]"), torch = page.querySelector("[data-torch]");
  const running = (on) => { start.hidden = on; stop.hidden = !on; torch.hidden = torch.hidden || !on; };
  start.hidden = !navigator.mediaDevices;
  start.addEventListener("click", () => {
    running(true);
    scanAll({ video, torch, dataset: say, found: (text) => { if (navigator.vibrate) navigator.vibrate(60); add(text); } })
      .catch(() => { status.textContent = say.noCamera; })
      .finally(() => { stopCamera(video); running(false); });
  });
  stop.addEventListener("click", () => stopCamera(video));
  document.addEventListener("visibilitychange", () => { if (document.hidden) stopCamera(video); });
}

async function stay() {
  const line = page.querySelector("[data-kept]");
  if (!navigator.serviceWorker) { line.textContent = say.notKept; return; }
  await navigator.serviceWorker.register("/desk/field/kit-worker.js", { scope: "/desk/field/" });
  await navigator.serviceWorker.ready;
  line.textContent = say.keptWords;
  line.dataset.kept = "yes";
}

if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
visit = (await keep.all("visits")).sort((a, b) => b.opened - a.opened).find((one) => !one.closed && one.account === say.account);
if (!visit) await begin();
else lastGroup = (await keep.of("checks", visit.id)).sort((a, b) => b.taken - a.taken).find((one) => one.group)?.group || 0;
const FIELDS = ["place", "seller", "note", "basis"];
const fill = () => {
  for (const name of FIELDS) page.querySelector(`[name=${name}]`).value = visit[name] || (name === "basis" ? "survey" : "");
  drawVisit();
};
fill();
for (const name of FIELDS) {
  const field = page.querySelector(`[name=${name}]`);
  field.addEventListener("input", async () => { await write(name, field.value); if (name === "basis") drawVisit(); });
  field.addEventListener("change", send);
}
page.querySelector("[data-typed]").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = event.target.elements.code;
  const text = field.value.trim();
  field.value = "";
  if (text) add(text);
});
page.querySelector("[data-photo]").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  event.target.value = "";
  if (file) await add("", file);
});
sketch(page.querySelector("canvas"));
look();
page.querySelector("[data-finish]").addEventListener("click", async () => {
  await write("closed", Date.now());
  await begin(); // the one that ended stays on the phone until it has arrived
  fill();
  page.querySelector("[data-wipe]").click();
  page.querySelector("[data-signed-line]").textContent = say.finished;
  scrollTo(0, 0);
  send();
});
addEventListener("online", send);
await show();
page.dataset.ready = "yes";
send();
stay().catch(() => { page.querySelector("[data-kept]").textContent = say.notKept; });
