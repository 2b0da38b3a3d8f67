// Help while a code is typed: its groups of digits, its check digit, and letters that were meant as digits.
// The words come with the script's own tag. Sends nothing, and asks no one which codes exist.
"use strict";

(() => {
  const words = document.currentScript.dataset;
  const LENGTHS = [8, 12, 13, 14, 18]; // GTIN-8, -12, -13, -14 and SSCC
  const GROUPS = { 8: [4, 4], 12: [1, 5, 5, 1], 13: [1, 6, 6], 14: [1, 2, 5, 5, 1], 18: [1, 7, 9, 1] };
  const CALM_MS = 700; // a word on a mistake comes when the fingers rest
  const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // of a short code, see verify_app/domain/short_code.py

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const bare = (text) => text.replace(/[\s\u2010-\u2015-]/g, "");

  function mod10(digits) {
    let sum = 0;
    for (let place = digits.length - 1, weight = 1; place >= 0; place--, weight = 4 - weight) sum += digits[place] * weight;
    return sum % 10 === 0;
  }

  function shortIsRight(code) {
    let number = 0n;
    for (const letter of code.slice(1)) number = (number << 5n) | BigInt(SYMBOLS.indexOf(letter));
    return (number & 1023n) === (number >> 10n) % 1021n;
  }

  function grouped(digits) {
    const sizes = GROUPS[digits.length] ?? Array(Math.ceil(digits.length / 4)).fill(4);
    let place = 0;
    return sizes.map((size) => digits.slice(place, (place += size))).join(" ");
  }

  // What there is to say of a text: {shown, calm, wrong, meant}, or null where there is nothing.
  function examine(text) {
    const typed = bare(text);
    if (/^\d+$/.test(typed)) return digitsSay(typed);
    const asDigits = typed.replace(/[oO]/g, "0").replace(/[iIlL|]/g, "1");
    if (/^\d+$/.test(asDigits) && /^[\dOoIiLl|]*$/.test(typed) && LENGTHS.includes(asDigits.length) && mod10(asDigits)) {
      return { meant: asDigits };
    }
    if (/^\(01\)\d{14}/.test(typed) && !mod10(typed.slice(4, 18))) {
      return { shown: `(01) ${grouped(typed.slice(4, 18))}`, wrong: words.wrong };
    }
    return /^v[\da-z]{0,11}$/i.test(typed) ? shortSays(typed.toUpperCase()) : null;
  }

  function digitsSay(digits) {
    if (digits.length > 18) return null;
    const said = { shown: grouped(digits), calm: fill(words.count, { count: digits.length }) };
    if (!LENGTHS.includes(digits.length)) return said;
    if (mod10(digits)) return { ...said, calm: fill(words.right, { count: digits.length }) };
    return { ...said, wrong: words.wrong };
  }

  function shortSays(code) {
    const said = { shown: code.match(/.{1,4}/g).join("-") };
    if (code.includes("U")) return { ...said, wrong: words.noU };
    if (code.length < 12) return { ...said, calm: fill(words.shortLeft, { count: code.length }) };
    const folded = code.replace(/O/g, "0").replace(/[IL]/g, "1");
    return shortIsRight(folded) ? { shown: folded.match(/.{4}/g).join("-"), calm: words.shortRight } : { ...said, wrong: words.wrongShort };
  }

  function enhance(form) {
    const input = form.querySelector("input[name=code]");
    const hint = document.createElement("p");
    hint.className = "typing-help hint";
    hint.id = `${input.id}-help`;
    hint.setAttribute("role", "status");
    form.querySelector(".code-row").after(hint);
    input.setAttribute("aria-describedby", `${hint.id} ${input.getAttribute("aria-describedby") ?? ""}`.trim());
    let timer = 0;
    let warned = ""; // the text that was held back once
    let told = "";

    function tell(said, loud) {
      const wrong = loud && said?.wrong;
      const now = JSON.stringify([said, Boolean(wrong)]);
      if (now === told) return; // a button that is drawn anew while it is pressed hears no click
      told = now;
      if (wrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      hint.replaceChildren();
      if (said?.shown) hint.append(Object.assign(document.createElement("strong"), { className: "mono", textContent: said.shown }), " ");
      if (wrong) hint.append(Object.assign(document.createElement("span"), { className: "typing-wrong", textContent: said.wrong }));
      else if (said?.calm) hint.append(said.calm);
      if (said?.meant) hint.append(suggestion(said.meant));
    }

    function suggestion(code) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "typing-meant" });
      button.textContent = fill(words.meant, { code: grouped(code) });
      button.addEventListener("click", () => {
        input.value = code;
        tell(examine(code), true);
        input.focus();
      });
      return button;
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      tell(examine(input.value), false);
      timer = setTimeout(() => tell(examine(input.value), true), CALM_MS);
    });
    input.addEventListener("change", () => tell(examine(input.value), true));
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      const said = examine(input.value);
      if (!(said?.wrong || said?.meant) || warned === input.value) return;
      event.preventDefault();
      warned = input.value;
      tell(said, true);
      hint.append(" ", words.sendAnyway);
      input.focus();
    });
    if (input.value) tell(examine(input.value), true);
  }

  for (const form of document.querySelectorAll(".code-form")) enhance(form);
})();
