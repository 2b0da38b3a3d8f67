// Puts the decoder's two files and its licence into a folder, compressed for sending: node collect.mjs FROM TO
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [from, to] = process.argv.slice(2);
if (!to) throw new Error("Expected two folders, got fewer.");
const home = join(from, "node_modules", "zxing-wasm");
mkdirSync(to, { recursive: true });

function put(source, name) {
  writeFileSync(join(to, name), readFileSync(join(home, source)));
}

// The WebAssembly comes last: who looks whether the decoder is there looks for this file.
put("LICENSE", "zxing-wasm.LICENSE.txt");
put("dist/iife/reader/index.js", "zxing_reader.js");
const wasm = readFileSync(join(home, "dist/reader/zxing_reader.wasm"));
const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length } };
const packed = brotliCompressSync(wasm, best);
writeFileSync(join(to, "zxing_reader.wasm.br"), packed);
writeFileSync(join(to, "zxing_reader.wasm.gz"), gzipSync(wasm, { level: 9 }));
writeFileSync(join(to, "zxing_reader.wasm"), wasm);
console.log(`The scan page's decoder: ${wasm.length} bytes, ${packed.length} on the line.`);
