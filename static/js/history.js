// The list of this device's scans, and the page that stands in for a code's page without a network.
"use strict";

(() => {
  const list = document.querySelector("[data-own-scans]");
  const offline = document.querySelector("[data-offline-page]");
  if (!list || !self.indexedDB) return;
  const words = list.dataset;
  const only = words.ownScans; // "pending": only what waits
  const row = document.getElementById("own-scan");
  const empty = document.querySelector("[data-own-empty]");
  const filled = document.querySelectorAll("[data-own-filled]");
  const clear = document.querySelector("[data-own-clear]");
  let kept = null; // the scan that this page stands for

  const style = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Ho_Chi_Minh" };
  const date = words.lang === "vi" ? { day: "2-digit", month: "2-digit", year: "numeric" } : { day: "numeric", month: "short", year: "numeric" };
  const locale = words.lang === "en" ? "en-GB" : words.lang;
  const format = (ms, parts) => new Intl.DateTimeFormat(locale, { timeZone: style.timeZone, ...parts }).format(ms);
  const moment = (ms) => words.moment.replace("{time}", format(ms, style)).replace("{date}", format(ms, date));
  const say = (text, ms) => text.replace("{moment}", moment(ms));

  // A code as it is printed: AIs in brackets.
  function printed(key) {
    const url = new URL(key, location.origin);
    if (url.pathname === "/scan") return url.searchParams.getAll("code").join(" ");
    const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
    if (parts[0] === "c") return parts[1];
    return parts.map((part, at) => (at % 2 ? part : `(${part})`)).join("");
  }

  function drawn(scan) {
    const item = row.content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector(`[data-part=${name}]`);
    const pending = scan.state === "pending";
    item.dataset.state = scan.state;
    item.dataset.tone = pending ? "pending" : scan.tone;
    item.classList.add(`tone-${item.dataset.tone}`);
    for (const icon of item.querySelectorAll("[data-icon]")) icon.toggleAttribute("hidden", icon.dataset.icon !== item.dataset.tone);
    part("title").textContent = pending ? words.pending : scan.title;
    part("name").textContent = scan.name;
    part("code").textContent = printed(scan.key);
    const later = scan.checked && scan.checked - scan.at > 60_000;
    part("when").textContent = pending
      ? say(words.scanned, scan.at)
      : (later ? `${say(words.scanned, scan.at)} ` : "") + say(words.checked, scan.checked);
    const link = part("again");
    const address = new URL(scan.key, location.origin);
    if (words.chosen) address.searchParams.set("lang", words.chosen);
    link.href = address.pathname + address.search;
    link.textContent = pending ? words.now : words.again;
    link.setAttribute("aria-label", `${link.textContent}: ${scan.name || printed(scan.key)}`);
    return item;
  }

  async function draw() {
    const told = kept ? kept.key : ""; // has a card of its own above the list
    const scans = (await ownScans.all()).filter((scan) => (!only || scan.state === only) && scan.key !== told);
    list.replaceChildren(...scans.map(drawn));
    for (const part of filled) part.hidden = !scans.length;
    if (empty) empty.hidden = scans.length > 0;
  }

  // The offline page in place of a code's page: keep the scan, say so.
  async function keepThis() {
    const card = document.querySelector("[data-pending-card]");
    if (!card || !offline || !ownScans.isScan(location.href)) return;
    kept = await ownScans.keepPending(location.href, document.documentElement.lang, Date.now());
    card.hidden = false;
    for (const other of document.querySelectorAll("[data-no-scan]")) other.hidden = true;
    card.querySelector("[data-part=code]").textContent = printed(kept.key);
    card.querySelector("[data-part=when]").textContent = say(words.scanned, kept.at);
    card.querySelector("[data-part=again]").href = location.href;
    document.title = words.pending;
    const worker = navigator.serviceWorker && (await navigator.serviceWorker.ready);
    if (worker && worker.sync) worker.sync.register("check-pending").catch(() => {});
  }

  if (clear) {
    clear.addEventListener("click", async () => {
      await ownScans.clear();
      await draw();
      document.querySelector("[data-own-status]").textContent = words.cleared;
      document.querySelector("h1").focus();
    });
  }
  // Checked meanwhile, by this page or by the worker: the code's own page can be fetched now.
  async function leave() {
    if (!offline || !ownScans.isScan(location.href)) return;
    const scan = await ownScans.get(ownScans.keyOf(location.href));
    if (kept && (!scan || scan.state === "checked")) location.reload();
  }

  ownScans.onChange(() => draw().then(leave));
  addEventListener("pageshow", draw);
  keepThis().then(draw);
})();
