// Moves by scanning: each code that the camera reads becomes a line of the form. What is not booked yet stays on this
// phone, also if the page is left.
const form = document.querySelector("[data-moves]");
const say = form.dataset;
const { codes } = form.elements;
const part = (name) => form.querySelector(`[data-${name}]`);
const video = form.querySelector("video");
const KEPT = "moves";
const lines = () => codes.value.split(/[\r\n]+/).filter((line) => line.trim());

function show() {
  const many = lines().length;
  part("count").textContent = many ? say.read.replace("{count}", many) : "";
  try {
    localStorage.setItem(KEPT, codes.value);
  } catch {
    // The page holds them, then.
  }
}

if ("done" in say) codes.value = "";
else {
  try {
    codes.value ||= localStorage.getItem(KEPT) ?? "";
  } catch {
    // A browser that keeps nothing.
  }
}
show();
codes.addEventListener("input", show);

function found(text) {
  if (lines().includes(text)) return;
  codes.value = [...lines(), text].join("\n");
  navigator.vibrate?.(60);
  show();
}

async function scan() {
  part("camera").hidden = true;
  part("stop").hidden = false;
  const { scanAll, stopCamera } = await import(say.cameraSrc);
  part("stop").onclick = () => stopCamera(video);
  try {
    await scanAll({ video, torch: part("torch"), dataset: say, found });
  } catch {
    part("count").textContent = say.failed;
  }
  stopCamera(video);
  part("torch").hidden = part("stop").hidden = true;
  part("camera").hidden = false;
}

part("camera").hidden = !navigator.mediaDevices?.getUserMedia;
part("camera").addEventListener("click", scan);
