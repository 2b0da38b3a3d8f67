// Keeps the field kit, so that it opens without a network. It keeps no data and no other page.
const KEPT = "kit {version}";
const PAGE = "/desk/field/kit";
self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const kept = await caches.open(KEPT);
    const page = await fetch(PAGE, { credentials: "same-origin" });
    if (!page.ok || page.redirected) throw new Error("not signed in");
    const text = await page.clone().text();
    await kept.put(PAGE, page);
    await kept.addAll([...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]));
    self.skipWaiting();
  })());
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("kit ") && name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  })());
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  const ours = address.pathname === PAGE || address.pathname.startsWith("/static/");
  if (event.request.method !== "GET" || !ours) return;
  event.respondWith((async () => {
    const kept = await caches.open(KEPT);
    const found = await kept.match(address.pathname === PAGE ? PAGE : event.request);
    if (address.pathname !== PAGE) return found || fetch(event.request);
    try {
      const page = await fetch(event.request);
      if (page.ok && !page.redirected) await kept.put(PAGE, page.clone());
      return page;
    } catch (error) {
      if (found) return found;
      throw error;
    }
  })());
});
