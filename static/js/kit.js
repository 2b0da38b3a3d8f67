// The field kit: what is captured is written to this phone first, then sent when there is a network. Ids are made here,
// so sending again after a cut line doubles nothing.
"use strict";

(() => {
  const page = document.querySelector("[data-kit]");
  const say = page.dataset;
  const list = page.querySelector("[data-checks]");
  const status = page.querySelector("[data-status]");
  let base, visit, sending = false, timer = 0;

  const done = (request) => new Promise((yes, no) => {
    request.onsuccess = () => yes(request.result);
    request.onerror = () => no(request.error);
  });
  const open = () => {
    const asked = indexedDB.open("field-kit", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("visits", { keyPath: "id" });
      asked.result.createObjectStore("checks", { keyPath: "id" });
      asked.result.createObjectStore("photos", { keyPath: "id" });
    };
    return done(asked);
  };
  // Resolves when the phone has really stored it.
  const put = (store, value) => new Promise((yes, no) => {
    const work = base.transaction(store, "readwrite", { durability: "strict" });
    work.objectStore(store).put(value);
    work.oncomplete = () => yes();
    work.onerror = work.onabort = () => no(work.error);
  });
  const all = (store) => done(base.transaction(store).objectStore(store).getAll());
  const mine = async (store) => (await all(store)).filter((one) => one.visit === visit.id);
  const make = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  function card(check) {
    const item = make("li", "", "kit-check " + (check.answer ? "level-" + check.answer.level : "is-pending"));
    item.dataset.id = check.id;
    const answer = check.answer;
    item.append(make("strong", answer ? answer.title : say.pending));
    item.append(make("span", (answer && answer.name) || "", "kit-name"));
    item.append(make("span", check.text || say.photoOnly, "mono"));
    item.append(make("small", new Date(check.taken).toLocaleString(document.documentElement.lang)));
    if (!answer) return item;
    for (const odd of answer.odd) item.append(make("p", odd, "kit-odd"));
    for (const reason of answer.reasons) item.append(make("p", reason, "kit-reason"));
    for (const known of answer.known) item.append(make("p", known, "kit-known"));
    const more = make("details");
    more.append(make("summary", say.checklist));
    for (const [name, label] of answer.checklist) {
      const row = make("label", label, "kit-mark");
      const pick = make("select");
      for (const [value, shown] of [["", "–"], ["ok", say.ok], ["missing", say.missing], ["wrong", say.wrong]]) {
        const option = make("option", shown);
        option.value = value;
        pick.append(option);
      }
      pick.value = (check.marks || {})[name] || "";
      pick.addEventListener("change", () => change(check.id, (kept) => {
        kept.marks = { ...kept.marks, [name]: pick.value };
        if (!pick.value) delete kept.marks[name];
      }));
      row.append(pick);
      more.append(row);
    }
    const note = make("textarea");
    note.placeholder = say.note;
    note.value = check.note || "";
    note.addEventListener("change", () => change(check.id, (kept) => { kept.note = note.value; }));
    more.append(note);
    item.append(more);
    return item;
  }

  async function change(id, turn) {
    const check = await done(base.transaction("checks").objectStore("checks").get(id));
    turn(check);
    check.sent = false;
    await put("checks", check);
    send();
  }

  async function show() {
    const checks = (await mine("checks")).sort((a, b) => b.taken - a.taken);
    const photos = (await mine("photos")).filter((one) => !one.sent);
    list.replaceChildren(...checks.map(card));
    const waiting = checks.filter((one) => !one.sent).length + photos.length;
    status.textContent = waiting ? say.waiting.replace("{count}", waiting) : say.sent;
    page.classList.toggle("is-waiting", waiting > 0);
  }

  async function add(text, photo) {
    const check = { id: crypto.randomUUID(), visit: visit.id, text, taken: Date.now(), marks: {}, note: "", sent: false };
    await put("checks", check);
    if (photo) await put("photos", { id: crypto.randomUUID(), visit: visit.id, check: check.id, kind: "photo", blob: photo, sent: false });
    await show();
    send();
  }

  async function post(address, token, body, type) {
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token, "Content-Type": type, Accept: "application/json" } });
    if (answer.status === 401 || answer.redirected) throw new Error("sign-in");
    if (!answer.ok) throw new Error("status " + answer.status);
    return answer.json();
  }

  async function sendAll() {
    const opened = await fetch("/desk/field/token", { headers: { Accept: "application/json" } });
    if (!opened.ok || opened.redirected) throw new Error("sign-in");
    const { token } = await opened.json();
    const pending = (await mine("checks")).filter((one) => !one.sent);
    const told = pending.filter((one) => one.text).map(({ id, text, taken, marks, note }) => ({ id, text, taken, marks, note }));
    const { blob, ...words } = visit;
    let known = (await post("/desk/field/send", token, JSON.stringify({ visit: words, checks: told }), "application/json")).checks;
    for (const photo of (await mine("photos")).filter((one) => !one.sent)) {
      const query = new URLSearchParams({ visit: visit.id, check: photo.check || "", kind: photo.kind });
      const read = await post("/desk/field/photos/" + photo.id + "?" + query, token, photo.blob, photo.blob.type || "image/jpeg");
      await put("photos", { ...photo, sent: true, digest: read.digest });
      const check = photo.check && (await done(base.transaction("checks").objectStore("checks").get(photo.check)));
      if (check && !check.text) {
        check.text = read.codes[0] || "?";
        await put("checks", check);
        const one = [{ id: check.id, text: check.text, taken: check.taken, marks: check.marks, note: check.note }];
        known = (await post("/desk/field/send", token, JSON.stringify({ visit: words, checks: one }), "application/json")).checks;
      }
    }
    const answers = new Map(known.map((one) => [one.id, one]));
    const sentNotes = new Map(pending.map((one) => [one.id, JSON.stringify([one.marks, one.note])]));
    for (const check of await mine("checks")) {
      if (!answers.has(check.id)) continue;
      const same = !sentNotes.has(check.id) || sentNotes.get(check.id) === JSON.stringify([check.marks, check.note]);
      await put("checks", { ...check, answer: answers.get(check.id), sent: check.sent || same });
    }
  }

  async function send() {
    clearTimeout(timer);
    if (sending || !visit) return;
    sending = true;
    try {
      await sendAll();
      await show();
    } catch (error) {
      status.textContent = error.message === "sign-in" ? say.signIn : status.textContent;
    }
    sending = false;
    if ((await mine("checks")).some((one) => !one.sent)) timer = setTimeout(send, 15000);
  }

  function sketch(canvas) {
    const pen = canvas.getContext("2d");
    let drawing = false;
    pen.lineWidth = 2.5;
    pen.lineCap = "round";
    const at = (event) => [event.offsetX * canvas.width / canvas.clientWidth, event.offsetY * canvas.height / canvas.clientHeight];
    canvas.addEventListener("pointerdown", (event) => { drawing = true; pen.beginPath(); pen.moveTo(...at(event)); canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointermove", (event) => { if (drawing) { pen.lineTo(...at(event)); pen.stroke(); } });
    canvas.addEventListener("pointerup", () => { drawing = false; });
  }

  async function camera() {
    const video = page.querySelector("video");
    const reader = new BarcodeDetector({ formats: ["qr_code", "data_matrix", "ean_13", "ean_8", "code_128"] });
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.hidden = false;
    await video.play();
    let last = "", since = 0;
    for (;;) {
      await new Promise((next) => setTimeout(next, 250));
      for (const found of await reader.detect(video).catch(() => [])) {
        if (found.rawValue === last && Date.now() - since < 4000) { since = Date.now(); continue; }
        [last, since] = [found.rawValue, Date.now()];
        if (navigator.vibrate) navigator.vibrate(60);
        await add(found.rawValue);
      }
    }
  }

  async function start() {
    base = await open();
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
    const visits = (await all("visits")).sort((a, b) => b.opened - a.opened);
    visit = visits.find((one) => !one.closed);
    if (!visit) {
      visit = { id: crypto.randomUUID(), place: "", seller: "", note: "", opened: Date.now(), closed: 0 };
      await put("visits", visit);
    }
    for (const name of ["place", "seller", "note"]) {
      const field = page.querySelector(`[name=${name}]`);
      field.value = visit[name];
      field.addEventListener("input", async () => { visit[name] = field.value; await put("visits", visit); });
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
      if (file) await add("", new Blob([await file.arrayBuffer()], { type: file.type }));
      event.target.value = "";
    });
    const canvas = page.querySelector("canvas");
    sketch(canvas);
    page.querySelector("[data-sign]").addEventListener("click", () => canvas.toBlob(async (blob) => {
      await put("photos", { id: crypto.randomUUID(), visit: visit.id, check: "", kind: "signature", blob, sent: false });
      status.textContent = say.signed;
      send();
    }, "image/png"));
    page.querySelector("[data-finish]").addEventListener("click", async () => {
      visit.closed = Date.now();
      await put("visits", visit);
      await send();
      location.href = "/desk/field/";
    });
    const look = page.querySelector("[data-camera]");
    look.hidden = !("BarcodeDetector" in self && navigator.mediaDevices);
    look.addEventListener("click", () => { look.hidden = true; camera().catch(() => { status.textContent = say.noCamera; }); });
    addEventListener("online", send);
    await show();
    page.dataset.ready = "yes";
    send();
    if (navigator.serviceWorker) navigator.serviceWorker.register("/desk/field/kit-worker.js", { scope: "/desk/field/" }).catch(() => {});
  }
  start();
})();
