// Puts the card of a code where this script stands: <script async src="…/embed/widget.js" data-code="/01/…"></script>
(() => {
  const script = document.currentScript;
  if (!script) return;
  const code = script.dataset.code || "";
  if (!code.startsWith("/")) return;
  const frame = document.createElement("iframe");
  const lang = script.dataset.lang ? `?lang=${encodeURIComponent(script.dataset.lang)}` : "";
  frame.src = `${new URL(script.src).origin}/embed/card${code}${lang}`;
  frame.title = script.dataset.title || "GS1";
  frame.width = "400";
  frame.height = "152";
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
  frame.setAttribute("frameborder", "0");
  script.after(frame);
})();
