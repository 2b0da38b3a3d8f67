// The form of a report: photos are made smaller, and the browser does the small work that a flood of reports could not.
// Without this file the form is sent as it is, a little later.
"use strict";

(() => {
  const form = document.querySelector("[data-report]");
  if (!form) return;
  const status = form.querySelector("[data-report-status]");
  const send = form.querySelector("[data-send]");
  const photos = form.elements.photo;
  const tell = (words) => { status.textContent = words; };

  // SHA-256 (FIPS 180-4) of a text of at most 55 bytes, that is of one block: the first 32 bits of its digest. The
  // browser's own would answer each of the many thousand questions by a promise.
  const primes = [];
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
  const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
  const K = primes.map((prime) => fraction(Math.cbrt(prime)));
  const w = new Int32Array(64);

  function first32(bytes, length) {
    w.fill(0, 0, 16);
    for (let at = 0; at < length; at += 1) w[at >> 2] |= bytes[at] << (24 - 8 * (at & 3));
    w[length >> 2] |= 0x80 << (24 - 8 * (length & 3));
    w[15] = length * 8;
    for (let at = 16; at < 64; at += 1) {
      const x = w[at - 15], y = w[at - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[at] = (w[at - 16] + s0 + w[at - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = START;
    for (let at = 0; at < 64; at += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + K[at] + w[at]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    return (a + START[0]) >>> 0;
  }

  // In short turns, so that the form stays alive under the fingers.
  function work(token, bits) {
    const encode = new TextEncoder(), limit = 2 ** (32 - bits), bytes = new Uint8Array(64);
    const head = encode.encodeInto(`${token}:`, bytes).written;
    return new Promise((done) => {
      let number = 0;
      const turn = () => {
        for (const end = number + 3000; number < end; number += 1) {
          const { written } = encode.encodeInto(String(number), bytes.subarray(head));
          if (first32(bytes, head + written) < limit) return done(String(number));
        }
        return setTimeout(turn, 0);
      };
      turn();
    });
  }

  let proof = null;
  const begin = () => { proof ??= work(form.elements.token.value, Number(form.dataset.bits)); };
  form.addEventListener("focusin", begin, { once: true });
  form.addEventListener("input", begin, { once: true });

  photos.addEventListener("change", async () => {
    if (photos.files.length > Number(form.dataset.most)) {
      photos.value = "";
      return tell(form.dataset.tooMany);
    }
    const box = new DataTransfer();
    for (const file of photos.files) {
      try {
        box.items.add(await shrunk(file));
      } catch {
        box.items.add(file); // a photo that this browser cannot open (HEIC) goes as it is
      }
    }
    photos.files = box.files;
    return tell(box.files.length ? form.dataset.picked.replace("%", box.files.length) : "");
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!navigator.onLine) return tell(form.dataset.offline);
    send.disabled = true;
    tell(form.dataset.working);
    begin();
    form.elements.work.value = await proof;
    tell(form.dataset.sending);
    return form.submit();
  });
  addEventListener("pageshow", () => { send.disabled = false; }); // back by the browser's "back"
  document.querySelector("[data-problem]")?.focus();
})();
