// One JSON string per line in: a Digital Link URI, a bracketed element string, or a scanner's string with a symbology
// identifier. One line out: "ok", or "no" and why. The judge is BWIPP (bwip-js), which holds the GS1 Barcode Syntax
// Dictionary with its own linters; what scanners do to a symbol is restated here from ISO/IEC 15424 and the GS1 General
// Specifications, section 7.8. One rule stands here beside BWIPP, which lacks it: no AI twice in a Digital Link URI, as in
// GS1's own Syntax Engine (gs1/gs1-syntax-engine, src/c-lib/dl.c, "Forbid duplicate AIs"), for we run no C here.
import bwipjs from "bwip-js";
import readline from "node:readline";

const PREDEFINED = { "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8,
  "17": 8, "18": 8, "19": 8, "20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16 };
const LENGTHS = { "23": 3, "24": 3, "25": 3, "31": 4, "32": 4, "33": 4, "34": 4, "35": 4, "36": 4, "39": 4, "40": 3, "41": 3,
  "42": 3, "43": 4, "70": 4, "71": 3, "72": 4, "80": 4, "81": 4, "82": 4 };
const ELEMENTS = new Set(["]C1", "]e0", "]d2", "]Q3", "]J1"]);
const PLAIN = new Set(["]Q1", "]d1", "]J0"]);

function brackets(raw) {
  let rest = raw.startsWith("\x1d") ? raw.slice(1) : raw;
  let out = "";
  while (rest) {
    const two = rest.slice(0, 2);
    const size = LENGTHS[two] ?? 2;
    const ai = rest.slice(0, size);
    if (!/^[0-9]+$/.test(ai) || ai.length < size) throw new Error("no AI");
    let end = rest.indexOf("\x1d");
    if (end < 0) end = rest.length;
    if (PREDEFINED[two]) end = Math.min(end, PREDEFINED[two]);
    out += `(${ai})${rest.slice(size, end)}`;
    rest = rest.slice(end);
    if (rest.startsWith("\x1d")) rest = rest.slice(1);
  }
  return out;
}

// Attributes of the query that stand in the path or before in the query. Pairs without "=" and names with letters are no AIs.
function repeats(text) {
  const [path, query = ""] = text.split("#")[0].split("?");
  const seen = new Set(path.split("/").slice(3).filter((_, place) => place % 2 === 0));
  return query.split("&").filter((pair) => /^[0-9]+=/.test(pair)).some((pair) => {
    const name = pair.split("=")[0];
    return seen.has(name) || !seen.add(name);
  });
}

function judge(text) {
  if (text.startsWith("]")) {
    const id = text.slice(0, 3);
    if (ELEMENTS.has(id)) return judge(brackets(text.slice(3)));
    if (PLAIN.has(id)) return judge(text.slice(3));
    if (id === "]E0" && text.length === 16) return bwipjs.raw({ bcid: "ean13", text: text.slice(3) });
    if (id === "]E4" && text.length === 11) return bwipjs.raw({ bcid: "ean8", text: text.slice(3) });
    throw new Error("identifier");
  }
  if (text.startsWith("(")) return bwipjs.raw({ bcid: "gs1datamatrix", text });
  if (repeats(text)) throw new Error("duplicate AI");
  return bwipjs.raw({ bcid: "gs1dldatamatrix", text });
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  try {
    judge(JSON.parse(line));
    console.log("ok");
  } catch (error) {
    console.log("no " + String(error.message ?? error).split("\n")[0]);
  }
}
