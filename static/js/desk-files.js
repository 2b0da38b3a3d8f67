// Files that are on their way: how much has come, and a way to stop. Without this the browser's own download does it; but
// a file that breaks off is never taken for a whole one here.
const number = new Intl.NumberFormat(document.documentElement.lang);
const fill = (words, facts) => words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

for (const box of document.querySelectorAll("[data-files]")) {
  const say = box.dataset, now = box.querySelector("[data-now]"), said = now.querySelector("[data-said]");
  const bar = now.querySelector("progress"), stop = now.querySelector("button");
  let stopping = null;
  stop.addEventListener("click", () => stopping.abort());
  box.addEventListener("click", (event) => {
    const way = event.target.closest("a[href]");
    if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!stopping) take(way.href);
  });

  async function take(address) {
    const began = Date.now();
    stopping = new AbortController();
    [now.hidden, bar.hidden, stop.hidden] = [false, false, false];
    bar.removeAttribute("value");
    const tick = () => { said.textContent = fill(say.making, { seconds: Math.round((Date.now() - began) / 1000) }); };
    tick();
    const clock = setInterval(tick, 1000);
    try {
      const answer = await fetch(address, { signal: stopping.signal });
      const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
      if (!answer.ok || !named) { location.assign(address); return; } // a page that says why
      clearInterval(clock);
      save(new Blob(await read(answer), { type: answer.headers.get("Content-Type") }), named[1]);
      said.textContent = fill(say.done, { name: named[1] });
    } catch (error) {
      said.textContent = error.name === "AbortError" ? "" : say.failed;
      now.hidden = !said.textContent;
    } finally {
      clearInterval(clock);
      [stopping, bar.hidden, stop.hidden] = [null, true, true];
    }
  }

  async function read(answer) {
    const total = Number(answer.headers.get("X-Rows")), length = Number(answer.headers.get("Content-Length"));
    const lines = total && /csv|json/.test(answer.headers.get("Content-Type")), parts = [], stream = answer.body.getReader();
    let bytes = 0, rows = -1; // the first line names the columns
    for (let part = await stream.read(); !part.done; part = await stream.read()) {
      parts.push(part.value);
      bytes += part.value.length;
      if (lines) for (const byte of part.value) rows += byte === 10;
      const [done, all] = lines ? [Math.max(0, Math.min(rows, total)), total] : [bytes, length || bytes];
      [bar.max, bar.value] = [all, done];
      said.textContent = fill(lines ? say.rows : say.size, { rows: number.format(done), total: number.format(all), size: number.format(Math.ceil(bytes / 1000)) });
    }
    return parts;
  }
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
