// What a shopper may do with a result: share, print, copy. Without this file the buttons are not shown.
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
  document.documentElement.classList.add("has-script"); // for browsers that do not know @media (scripting)
})();
