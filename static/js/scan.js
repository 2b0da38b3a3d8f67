// Photo form: send at once when a photo was chosen, made smaller first. Without this file the form still works.
"use strict";

const LONGEST_SIDE = 2400; // pixels; codes that a phone can read stay readable, a 12-megapixel photo becomes a tenth
const SMALL_ENOUGH = 700 * 1024; // bytes; below it sending is quicker than shrinking

async function shrunk(file) {
  if (file.size <= SMALL_ENOUGH || !/^image\/(jpeg|png|webp)$/.test(file.type) || !self.createImageBitmap) return file;
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.88));
  return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : file;
}

function enhance(form) {
  const status = form.querySelector("[data-photo-status]");
  const hint = status.textContent;
  form.classList.add("is-live");
  form.addEventListener("change", async (event) => {
    const input = event.target;
    if (input.type !== "file" || !input.files.length) return;
    for (const other of form.querySelectorAll("input[type=file]")) if (other !== input) other.value = "";
    form.classList.add("is-busy");
    status.textContent = form.dataset.preparing;
    try {
      const file = await shrunk(input.files[0]);
      if (file !== input.files[0]) {
        const box = new DataTransfer();
        box.items.add(file);
        input.files = box.files;
      }
    } catch {
      // A photo that this browser cannot open (HEIC) goes as it is: the server reads it.
    }
    status.textContent = form.dataset.reading;
    form.submit();
  });
  // Coming back by the browser's "back": the form is free again.
  addEventListener("pageshow", () => {
    form.classList.remove("is-busy");
    status.textContent = hint;
  });
}

for (const form of document.querySelectorAll("[data-photo-form]")) enhance(form);
