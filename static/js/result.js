// What a shopper may do with a result: share, print, copy, show that this device was the first. Without this file the buttons are not shown.
"use strict";

(() => {
  const said = document.querySelector("[data-said]");
  const tell = (words) => { said.textContent = words; };

  async function copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      tell(done);
    } catch {
      tell(said.dataset.failed); // no permission, or a page without HTTPS
    }
  }

  async function share(button) {
    const url = new URL(button.dataset.share, location.origin).href;
    const { text } = button.dataset;
    if (!navigator.share) return copy(`${text}\n${url}`, said.dataset.linkCopied);
    try {
      await navigator.share({ title: document.title, text, url });
    } catch (fault) {
      if (fault.name !== "AbortError") await copy(`${text}\n${url}`, said.dataset.linkCopied);
    }
  }

  const on = (name, act) => {
    for (const button of document.querySelectorAll(`[data-${name}]`)) button.addEventListener("click", () => act(button));
  };
  on("share", share);
  on("print", () => print());
  on("copy", (button) => copy(button.dataset.copy, said.dataset.copied));

  // This device checked the item first, or knows its hidden number: it shows the slip, and its own page says so.
  async function showSlip() {
    const ways = document.querySelector("[data-holder]");
    if (!ways || document.querySelector("[data-holder-said]") || !self.indexedDB) return;
    const slip = await ownScans.slipOf(ways.dataset.holder);
    if (!slip) return;
    const answer = await fetch(`/holder${ways.dataset.lang ? `?lang=${encodeURIComponent(ways.dataset.lang)}` : ""}`, {
      method: "POST",
      body: new URLSearchParams({ code: ways.dataset.holderCode, slip }),
    });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, own] = [document, page].map((one) => one.querySelector("[data-standing]"));
    if (!own || !page.querySelector("[data-holder-said] .tone-ok")) return;
    old.replaceWith(document.adoptNode(own));
    ways.remove();
    document.title = page.title;
    dispatchEvent(new Event("standing"));
  }
  addEventListener("load", () => showSlip().catch(() => {})); // after the page itself was kept
  document.documentElement.classList.add("has-script"); // for browsers that do not know @media (scripting)
})();
