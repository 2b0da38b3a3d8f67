// The field kit: what is captured is written to this phone first, then sent when there is a network.
const page = document.querySelector("[data-kit]");
const say = page.dataset;
const { openKeep } = await import(say.keepSrc);
const { sendAll, unsent } = await import(say.sendingSrc);
const { scanAll, stopCamera } = await import(say.cameraSrc);
const list = page.querySelector("[data-checks]");
const status = page.querySelector("[data-status]");
const video = page.querySelector("video");
const RETRY_MS = 15000;
const keep = await openKeep();
let visit, sending = false, again = false, timer = 0;

const make = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text || "", className: name || "" });
const ofOne = (text) => /\/21\/|\(21\)|^\]/.test(text); // a code of one item, not of all of its kind

function card(check, checks) {
  const answer = check.answer;
  const item = make("li", "", "kit-check " + (answer ? "level-" + answer.level : "is-pending"));
  item.dataset.id = check.id;
  item.append(make("strong", answer ? answer.title : say.pending));
  if (answer && answer.name) item.append(make("span", answer.name, "kit-name"));
  item.append(make("span", check.text || say.photoOnly, "mono kit-code"));
  item.append(make("small", new Date(check.taken).toLocaleString(document.documentElement.lang)));
  const twice = !answer && ofOne(check.text) && checks.some((one) => one.id !== check.id && one.text === check.text);
  const odds = answer ? answer.odd : twice ? [say.twice] : [];
  item.classList.toggle("is-odd", odds.length > 0);
  for (const odd of odds) item.append(make("p", odd, "kit-odd"));
  if (!answer) return item;
  for (const reason of answer.reasons) item.append(make("p", reason, "kit-reason"));
  for (const known of answer.known) item.append(make("p", known, "kit-known"));
  const more = make("details");
  const done = Object.keys(check.marks || {}).length;
  more.append(make("summary", say.checklist + (answer.checklist.length ? ` (${done}/${answer.checklist.length})` : "")));
  for (const [name, label] of answer.checklist) more.append(mark(check, name, label));
  const note = make("textarea");
  note.placeholder = note.ariaLabel = say.note;
  note.value = check.note || "";
  note.addEventListener("change", () => change(check.id, (kept) => { kept.note = note.value; }));
  more.append(note);
  item.append(more);
  return item;
}

function mark(check, name, label) {
  const row = make("label", label, "kit-mark");
  const pick = make("select");
  for (const [value, shown] of [["", "–"], ["ok", say.ok], ["missing", say.missing], ["wrong", say.wrong]]) {
    pick.append(Object.assign(make("option", shown), { value }));
  }
  pick.value = (check.marks || {})[name] || "";
  pick.addEventListener("change", () => change(check.id, (kept) => {
    kept.marks = { ...kept.marks, [name]: pick.value };
    if (!pick.value) delete kept.marks[name];
  }));
  row.append(pick);
  return row;
}

async function change(id, how) {
  await keep.turn("checks", id, (check) => { how(check); check.sent = false; });
  send();
}

async function show() {
  const checks = (await keep.of("checks", visit.id)).sort((a, b) => b.taken - a.taken);
  const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.parentNode.dataset.id));
  list.replaceChildren(...checks.map((check) => card(check, checks)));
  for (const item of list.children) if (open.has(item.dataset.id)) item.querySelector("details").open = true;
  let waiting = 0;
  for (const one of await keep.all("visits")) waiting += (await unsent(keep, one.id)) || (one.closed && !one.sent ? 1 : 0);
  status.textContent = waiting ? say.waiting.replace("{count}", waiting) : checks.length ? say.sent : "";
  page.classList.toggle("is-waiting", waiting > 0);
  return waiting;
}

async function add(text, photo) {
  const check = { id: crypto.randomUUID(), visit: visit.id, text, taken: Date.now(), marks: {}, note: "", sent: false };
  if (photo) await keep.put("photos", { id: crypto.randomUUID(), visit: visit.id, check: check.id, kind: "photo", blob: photo, sent: false });
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
  visit = { id: crypto.randomUUID(), account: say.account, place: "", seller: "", note: "", opened: Date.now(), closed: 0, sent: true };
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
for (const name of ["place", "seller", "note"]) {
  const field = page.querySelector(`[name=${name}]`);
  field.value = visit[name];
  field.addEventListener("input", () => write(name, field.value));
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
  if (file) await add("", new Blob([await file.arrayBuffer()], { type: file.type }));
});
sketch(page.querySelector("canvas"));
look();
page.querySelector("[data-finish]").addEventListener("click", async () => {
  await write("closed", Date.now());
  await begin(); // the one that ended stays on the phone until it has arrived
  for (const name of ["place", "seller", "note"]) page.querySelector(`[name=${name}]`).value = "";
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
