// On every page: the service worker, the history of this device, and checks that wait for the network.
"use strict";

(() => {
  const root = document.documentElement;
  const chosen = new URLSearchParams(location.search).get("lang") || "";
  const arrival = performance.getEntriesByType("navigation")[0];
  const isNew = !arrival || arrival.type !== "back_forward"; // "back" shows what was recorded when it was new
  const OLD_AFTER = 10 * 60 * 1000; // milliseconds until a verdict that stayed open says that it is not of now
  const opened = Date.now();
  let next = 0; // timer of the next attempt to check what waits

  async function startWorker() {
    if (!navigator.serviceWorker || !root.dataset.worker) return;
    try {
      await navigator.serviceWorker.register(root.dataset.worker, { updateViaCache: "none" });
      const worker = (await navigator.serviceWorker.ready).active;
      const verdict = ownScans.isScan(location.href) || document.querySelector("[data-scan]");
      worker.postMessage({ warm: verdict ? "offline" : "all", lang: chosen }); // a scan pays for no more than it needs
    } catch {
      // No service worker here (private window, old browser): everything works with a network.
    }
  }

  function seenAt(card, scope) {
    const tone = [...card.classList].find((name) => name.startsWith("tone-"));
    const name = scope.querySelector("[data-product]");
    return {
      verdict: card.dataset.verdict,
      tone: tone ? tone.slice(5) : "info",
      title: (card.querySelector("h1, h2") || card).textContent.trim(),
      name: name ? name.textContent.trim() : "",
    };
  }

  // The verdicts on this page: one at a code's own address, or those of a photo with links to their addresses.
  function verdicts() {
    if (ownScans.isScan(location.href)) {
      const card = document.querySelector("[data-verdict]");
      return card ? [[location.href, seenAt(card, document)]] : [];
    }
    return [...document.querySelectorAll("[data-scan]")].flatMap((item) => {
      const card = item.querySelector("[data-verdict]");
      return card && item.dataset.scan ? [[new URL(item.dataset.scan, location.origin).href, seenAt(card, item)]] : [];
    });
  }

  async function record() {
    if (!isNew || document.prerendering) return;
    const held = document.querySelector("[data-slip]");
    if (held) await ownScans.keepSlip(held.dataset.slipOf, held.dataset.slip);
    for (const [address, seen] of verdicts()) {
      const refused = seen.verdict === "MALFORMED" || seen.verdict === "NOT_GS1";
      if (refused && !(await ownScans.get(ownScans.keyOf(address)))) continue; // a slip of the finger is no scan
      await ownScans.keepResult(address, root.lang, seen, opened);
    }
  }

  // "Online" often comes before the network does: ask again, less and less often, while something waits.
  async function catchUp(turn = 0) {
    clearTimeout(next);
    if (!navigator.onLine || !(await ownScans.checkPending())) return;
    next = setTimeout(() => catchUp(turn + 1), Math.min(60, 2 ** turn) * 1000);
  }

  // A verdict that stayed open or came back from the browser's memory says so itself.
  function growOld() {
    const notice = document.querySelector("[data-old]");
    if (notice && Date.now() - opened > OLD_AFTER) notice.hidden = false;
  }

  function refusePhotos(event) {
    const form = event.target.closest && event.target.closest("[data-photo-form]");
    if (!form || navigator.onLine || !form.dataset.offline) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    const status = form.querySelector("[data-photo-status]");
    if (status) status.textContent = form.dataset.offline;
    event.target.value = "";
  }

  addEventListener("standing", () => record().catch(() => {})); // the page says something else of its code now
  addEventListener("online", () => catchUp());
  addEventListener("pageshow", growOld);
  addEventListener("visibilitychange", growOld);
  addEventListener("change", refusePhotos, true);
  addEventListener("load", startWorker);
  if (self.indexedDB) record().then(() => catchUp()).catch(() => {}); // at once: pictures may take long, and people leave
})();
