// The kit's camera: reads one code after the other until it is stopped. A code counts again when two looks missed it and
// it was out of sight for as long as it takes to pick up the next pack: two packs with one code are then two checks, and
// stand out. However slow the looks are, a pack that is held still counts once.
const AWAY_MS = 1500, MISSED = 2;

export async function scanAll({ video, torch, dataset, found }) {
  const { browserReader, wasmReader, serverReader, payload, Watcher } = await import(dataset.readingSrc);
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } } });
  const [track] = stream.getVideoTracks();
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  torch.hidden = !track.getCapabilities?.().torch;
  torch.onclick = () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    torch.setAttribute("aria-pressed", String(on));
    track.applyConstraints({ advanced: [{ torch: on }] }).catch(() => {});
  };
  const ways = [
    browserReader,
    () => wasmReader({ worker: dataset.workerSrc, decoder: dataset.decoderSrc, wasm: dataset.wasmSrc }),
    async () => serverReader("/scan/frame"),
  ];
  let reader = null;
  const next = async () => { for (reader = null; ways.length && !reader;) reader = await ways.shift()(); };
  const canvas = document.createElement("canvas");
  const seen = new Map();
  const look = (here) => {
    for (const [code, kept] of seen) {
      if (!here.has(code)) { kept.missed += 1; continue; }
      kept.again ||= kept.missed >= MISSED && Date.now() - kept.at > AWAY_MS;
      [kept.at, kept.missed] = [Date.now(), 0];
    }
  };
  let watcher = new Watcher();
  await next();
  while (reader && track.readyState === "live") {
    const scale = Math.min(1, reader.side / Math.max(video.videoWidth, video.videoHeight, 1));
    [canvas.width, canvas.height] = [Math.round(video.videoWidth * scale) || 1, Math.round(video.videoHeight * scale) || 1];
    canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0, canvas.width, canvas.height);
    try {
      const symbols = await reader.read(canvas), decided = watcher.look(symbols);
      look(new Set(symbols.map((one) => one.payload ?? payload(one))));
      const sure = decided?.offer ?? (decided ? [decided.take] : []), items = sure.filter((one) => /QR|Matrix/.test(one.format));
      for (const symbol of items.length ? items : sure) { // the bar code beside an item's own code is the same pack
        if (seen.has(symbol.payload) && !seen.get(symbol.payload).again) continue;
        seen.set(symbol.payload, { at: Date.now(), missed: 0 });
        found(symbol.payload);
      }
    } catch {
      await next();
      watcher = new Watcher();
    }
    if (reader) await new Promise((done) => setTimeout(done, reader.pause));
  }
  stream.getTracks().forEach((one) => one.stop());
  if (!reader) throw new Error("no reader");
}

export function stopCamera(video) {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  video.hidden = true;
}
