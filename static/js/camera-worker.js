// zxing-cpp as WebAssembly, away from the page's own thread. Messages in: {start: {decoder, wasm}}, then {id, image}.
"use strict";

// The carriers that the server reads too (verify_app/images/zxing.py): those of products, and no others.
const OPTIONS = {
  formats: ["EANUPC", "Code128", "ITF", "DataBar", "QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "PDF417"],
  textMode: "Plain", // keeps GS, the separator of element strings, as itself
  tryHarder: true,
  maxNumberOfSymbols: 12,
};

async function start({ decoder, wasm }) {
  importScripts(decoder);
  await self.ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
}

async function read(image) {
  const found = await self.ZXingWASM.readBarcodes(image, OPTIONS);
  return found
    .filter((one) => one.isValid)
    .map((one) => ({ text: one.text, format: one.format, identifier: one.symbologyIdentifier }));
}

self.onmessage = async ({ data }) => {
  try {
    if (data.start) {
      await start(data.start);
      postMessage({ ready: true });
    } else {
      postMessage({ id: data.id, symbols: await read(data.image) });
    }
  } catch (error) {
    postMessage({ id: data.id, error: String(error) });
  }
};
