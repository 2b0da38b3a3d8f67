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
    stopping = new AbortController();
    [now.hidden, bar.hidden, stop.hidden] = [false, false, false];
    bar.removeAttribute("value");
    said.textContent = say.making;
    try {
      const answer = await fetch(address, { headers: { "X-Progress": "rows" }, signal: stopping.signal });
      const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "");
      if (!answer.ok || !named) { location.assign(address); return; } // a page that says why
      save(new Blob(await read(answer)), named[1]);
      said.textContent = fill(say.done, { name: named[1] });
    } catch (error) {
      said.textContent = error.name === "AbortError" ? "" : say.failed;
      now.hidden = !said.textContent;
    } finally {
      [stopping, bar.hidden, stop.hidden] = [null, true, true];
    }
  }

  // Frames: rows done, length, bytes. A workbook's bytes begin when its last row is written.
  async function read(answer) {
    const total = Number(answer.headers.get("X-Rows")), stream = answer.body.getReader(), parts = [];
    let rest = new Uint8Array(0), bytes = 0, end = false;
    for (let part = await stream.read(); !part.done; part = await stream.read()) {
      const held = new Uint8Array(rest.length + part.value.length);
      held.set(rest);
      held.set(part.value, rest.length);
      let at = 0, rows = 0;
      for (const view = new DataView(held.buffer); at + 8 <= held.length && at + 8 + view.getUint32(at + 4) <= held.length;) {
        const next = at + 8 + view.getUint32(at + 4);
        end = view.getUint32(at) === 2 ** 32 - 1;
        if (!end) rows = view.getUint32(at);
        parts.push(held.slice(at + 8, next));
        bytes += next - at - 8;
        at = next;
      }
      rest = held.slice(at);
      if (rows) tell(rows, total, bytes);
    }
    if (!end) throw new Error("broke off");
    return parts;
  }

  function tell(rows, total, bytes) {
    if (total) [bar.max, bar.value] = [total, Math.min(rows, total)];
    said.textContent = fill(total ? bytes ? say.rows : say.writing : say.size, { rows: number.format(rows), total: number.format(total), size: number.format(Math.ceil(bytes / 1000)) });
  }
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
