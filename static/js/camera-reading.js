// Reading codes in stills of a live picture, and the law of when a code counts as read. Knows nothing of the page.
//
// A payload is the text to verify, as verify_app/images/decoded.py makes it: the symbol's text with GS (0x1D) kept,
// behind its symbology identifier (ISO/IEC 15424) where that says that the text is a GS1 element string.

const GS1_CARRIERS = { "]C1": "]C1", "]d2": "]d2", "]d5": "]d2", "]Q3": "]Q3", "]Q4": "]Q3", "]e0": "]e0", "]J1": "]J1" };
const GS = "\x1d";

export function payload({ text, format, identifier = "" }) {
  if (format === "UPCE" && text.length === 8) return `]E0${text}`; // eight digits alone would be taken for an EAN-8
  return (GS1_CARRIERS[identifier] ?? "") + text;
}

// --- three readers: {name, side, pause, read(canvas)}. `side`: longest side of a still in pixels; `pause`: ms between.

const NATIVE = {
  qr_code: "QRCode", data_matrix: "DataMatrix", ean_13: "EAN13", ean_8: "EAN8",
  upc_a: "UPCA", upc_e: "UPCE", code_128: "Code128", itf: "ITF",
};
const NEEDED = ["qr_code", "data_matrix", "ean_13", "code_128"];
const CARRIER_OF = { data_matrix: "]d2", qr_code: "]Q3", code_128: "]C1" };

// The browser's detector tells no symbology identifier; a leading GS is its way to say "FNC1 in first place".
function named(found) {
  const carrier = found.rawValue.startsWith(GS) ? (CARRIER_OF[found.format] ?? "") : "";
  const text = carrier ? found.rawValue.slice(1) : found.rawValue;
  return { text, format: NATIVE[found.format] ?? found.format, identifier: carrier };
}

export async function browserReader() {
  if (!("BarcodeDetector" in self)) return null;
  try {
    const known = await self.BarcodeDetector.getSupportedFormats();
    if (!NEEDED.every((format) => known.includes(format))) return null;
    const detector = new self.BarcodeDetector({ formats: known.filter((format) => format in NATIVE) });
    const read = async (canvas) => (await detector.detect(canvas)).map(named);
    return { name: "browser", side: 1280, pause: 60, read, close() {} };
  } catch {
    return null;
  }
}

const SIDES = { least: 640, most: 1280 }; // pixels: below, the DataMatrix of a small pack is lost; above, nothing is won

// A slow phone gets smaller stills, so that it looks several times a second; a quick one gets all the pixels.
export function sideAfter(side, ms) {
  const next = ms > 400 ? side * 0.8 : ms < 120 ? side * 1.25 : side;
  return Math.round(Math.min(SIDES.most, Math.max(SIDES.least, next)));
}

export function wasmReader({ worker: address, decoder, wasm }, patience = 25000) {
  if (!address || !self.Worker || !self.WebAssembly) return Promise.resolve(null);
  return new Promise((done) => {
    const worker = new Worker(address);
    const waiting = new Map();
    let last = 0;
    const give = (reader) => {
      clearTimeout(late);
      if (!reader) worker.terminate();
      done(reader);
    };
    const late = setTimeout(give, patience, null);
    const ask = (canvas) =>
      new Promise((resolve, reject) => {
        const image = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        waiting.set(++last, { resolve, reject });
        worker.postMessage({ id: last, image }, [image.data.buffer]);
      });
    const reader = { name: "wasm", side: 960, pause: 60, read, close: () => worker.terminate() };
    async function read(canvas) {
      const began = performance.now();
      const symbols = await ask(canvas);
      reader.side = sideAfter(reader.side, performance.now() - began);
      return symbols;
    }
    worker.onerror = () => {
      for (const { reject } of waiting.values()) reject(new Error("The decoder stopped."));
      waiting.clear();
      give(null);
    };
    worker.onmessage = ({ data }) => {
      if (data.ready) return give(reader);
      const { resolve, reject } = waiting.get(data.id) ?? {};
      waiting.delete(data.id);
      if (!resolve) return give(null);
      return data.error ? reject(new Error(data.error)) : resolve(data.symbols);
    };
    worker.postMessage({ start: { decoder: absolute(decoder), wasm: absolute(wasm) } });
  });
}

const absolute = (address) => new URL(address, location.href).href;
const LARGEST = 240 * 1024; // bytes of a still; the server takes 256 kB

// One still at a time, and a rest as long as the server worked: a page takes at most half of one decoder.
export function serverReader(address) {
  const reader = { name: "server", side: 960, pause: 500, read, close() {} };
  let faults = 0;
  async function read(canvas) {
    const still = await shrunk(canvas);
    const began = performance.now();
    const response = await fetch(address, {
      method: "POST", body: still, headers: { "Content-Type": "image/jpeg", Accept: "application/json" },
    }).catch(() => null);
    reader.pause = Math.min(4000, Math.max(500, performance.now() - began));
    if (response?.ok) {
      faults = 0;
      return (await response.json()).symbols.map((one) => ({ payload: one.payload, text: one.payload, format: one.format }));
    }
    if (response?.status === 503) reader.pause = 1000 * Math.min(10, Number(response.headers.get("Retry-After")) || 1);
    if (++faults >= 5) throw new Error("The server cannot read stills now.");
    return [];
  }
  return reader;
}

async function shrunk(canvas) {
  for (const quality of [0.8, 0.6, 0.4, 0.2]) {
    const still = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (still && still.size <= LARGEST) return still;
  }
  throw new Error("The still does not become small enough.");
}

// --- the law: a code alone in two stills running is taken; where several are seen, each twice, they are offered.

const REMEMBERED = 4; // stills

export class Watcher {
  #stills = [];

  // Look at what one still held. Returns {take: symbol}, {offer: [symbols]} or null for "go on".
  look(symbols) {
    const still = new Map();
    for (const symbol of symbols) {
      const whole = { ...symbol, payload: symbol.payload ?? payload(symbol) };
      if (whole.payload) still.set(sameAs(whole), whole);
    }
    this.#stills = [still, ...this.#stills].slice(0, REMEMBERED);
    const seen = new Map();
    for (const known of this.#stills) for (const [key, symbol] of known) seen.set(key, [...(seen.get(key) ?? []), symbol]);
    const sure = [...seen.values()].filter((sightings) => sightings.length > 1).map(([newest]) => newest);
    if (sure.length > 1) return { offer: sure.sort((one, other) => rank(one) - rank(other)) };
    const [key] = seen.keys();
    const running = this.#stills.length > 1 && this.#stills.slice(0, 2).every((known) => known.has(key));
    return seen.size === 1 && running ? { take: still.get(key) } : null;
  }
}

// An EAN-13 that begins with 0 and its UPC-A are one bar code in two names.
function sameAs(symbol) {
  return /^(EAN|UPC)-?[A1]/.test(symbol.format) ? symbol.payload.padStart(14, "0") : symbol.payload;
}

// Two-dimensional codes name the single item, bar codes mostly its kind: the former are offered first.
const rank = (symbol) => (/QR|Matrix/.test(symbol.format) ? 0 : 1);
