// The scans of this device: kept in its IndexedDB, sent nowhere. (A slip goes back to who signed it: see result.js.) Pages and the service worker share this file.
"use strict";

self.ownScans = (() => {
  const STORE = "scans";
  const SLIPS = "slips"; // by item: what proves that this device checked it first, or knew its hidden number
  const MOST = 200; // rows kept; the oldest go first
  const TONES = ["ok", "info", "caution", "alert"];
  const OWN = ["lang", "via", "training"]; // parameters that are not part of what was scanned
  const changes = self.BroadcastChannel ? new BroadcastChannel("own-scans") : null;

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  async function within(mode, work, name = STORE) {
    const opening = indexedDB.open("own-scans", 2);
    opening.onupgradeneeded = (event) => {
      if (event.oldVersion < 1) opening.result.createObjectStore(STORE, { keyPath: "key" });
      opening.result.createObjectStore(SLIPS);
    };
    const base = await done(opening);
    try {
      const transaction = base.transaction(name, mode);
      const finished = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
      const result = await work(transaction.objectStore(name));
      await finished;
      return result;
    } finally {
      base.close();
    }
  }

  const listeners = [];
  const onChange = (listener) => listeners.push(listener);
  const hear = () => listeners.forEach((listener) => listener());
  if (changes) changes.addEventListener("message", hear); // from another page, or from the worker

  function told() {
    hear();
    if (changes) changes.postMessage("changed");
  }

  // What an address stands for on this device: path and query without the language and the way it was typed.
  function keyOf(address) {
    const url = new URL(address, location.origin);
    for (const name of OWN) url.searchParams.delete(name);
    return url.pathname + url.search;
  }

  // Whether an address names a code, so that opening it is a scan.
  function isScan(address) {
    const url = new URL(address, location.origin);
    if (url.searchParams.get("training") === "1") return false;
    return url.pathname === "/scan" ? url.searchParams.has("code") : /^\/(c|\d{2,4})\/[^/]/.test(url.pathname);
  }

  const newestFirst = (rows) => rows.sort((a, b) => (b.checked || b.at) - (a.checked || a.at));
  const all = async () => newestFirst(await within("readonly", (store) => done(store.getAll())));
  const get = (key) => within("readonly", (store) => done(store.get(key)));

  async function clear() {
    for (const name of [STORE, SLIPS]) await within("readwrite", (store) => done(store.clear()), name);
    told();
  }

  // A slip says of an item ("GTIN/serial") what the server signed for this device; it goes with the history.
  const keepSlip = (item, slip) => within("readwrite", (store) => done(store.put(slip, item)), SLIPS);
  const slipOf = (item) => within("readonly", (store) => done(store.get(item)), SLIPS);

  // One transaction, so that whoever leaves the page at once loses nothing. `make`: the row that stood there → the new one.
  async function put(key, make) {
    await within("readwrite", async (store) => {
      await done(store.put({ key, ...make(await done(store.get(key))) }));
      const rows = newestFirst(await done(store.getAll()));
      for (const old of rows.slice(MOST)) store.delete(old.key);
    });
    told();
  }

  // A scan without a network: kept as not checked. An older result of the same code no longer stands.
  async function keepPending(address, lang, at) {
    const key = keyOf(address);
    const before = await get(key);
    if (before && before.state === "pending") return before;
    const row = { lang, at, state: "pending", name: before ? before.name : "" };
    await put(key, () => row);
    return { key, ...row };
  }

  // A result, with the moment of its check. `seen` holds verdict, tone, title, name.
  async function keepResult(address, lang, seen, checked) {
    await put(keyOf(address), (before) => {
      const at = before && before.state === "pending" ? before.at : checked;
      return { lang, at, checked, state: "checked", ...seen };
    });
  }

  // The answer to a row that waited. A typed code moves to its own address, under which it will be scanned again.
  async function resolve(row, answer, checked) {
    if (!(await get(row.key))) return; // deleted meanwhile
    const typed = row.key.startsWith("/scan?") && answer.code && answer.code.url;
    const key = typed ? new URL(answer.code.url).pathname : row.key;
    if (key !== row.key) await within("readwrite", (store) => done(store.delete(row.key)));
    await put(key, () => ({ lang: row.lang, at: row.at, checked, state: "checked", ...seenIn(answer) }));
  }

  function seenIn(answer) {
    const tone = answer.verdict === "VALID" && answer.level === 1 ? "ok" : TONES[answer.level];
    return {
      verdict: answer.verdict,
      tone: tone || "caution", // an answer that is no code at all carries no level
      title: answer.title,
      name: answer.product ? answer.product.name : "",
    };
  }

  // Ask for one row's verdict now. False: it could not be asked and stays as it is.
  async function check(row) {
    const url = new URL(row.key, location.origin);
    url.searchParams.set("lang", row.lang);
    const response = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!response.ok && response.status !== 400) return false;
    const answer = await response.json();
    if (!answer.verdict) return false;
    if (answer.slip) await keepSlip(`${answer.code.gtin}/${answer.code.serial}`, answer.slip);
    const moment = Date.parse(response.headers.get("Date")) || Date.now();
    await resolve(row, answer, moment);
    return true;
  }

  // Check all that is not checked yet, one after the other. Returns how many still wait.
  async function checkPending() {
    const work = async () => {
      let waiting = 0;
      for (const row of await all()) {
        if (row.state !== "pending") continue;
        try {
          waiting += (await check(row)) ? 0 : 1;
        } catch {
          waiting += 1; // no network after all
        }
      }
      return waiting;
    };
    return navigator.locks ? navigator.locks.request("own-scans", work) : work();
  }

  return { all, get, clear, keyOf, isScan, keepPending, keepResult, keepSlip, slipOf, checkPending, onChange };
})();
