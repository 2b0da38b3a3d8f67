// Answers without a network, honestly: pages of the service itself from a copy, a code's page never.
// The server writes `self.release` before this text: version, store, pages, offline, assets (see web/public/offline.py).
"use strict";

importScripts(self.release.store);

const CACHE = `pages-${self.release.version}`;
const OFFLINE = "/offline";

const languageOf = (url) => url.searchParams.get("lang");
const keyOf = (path, lang) => path + (lang ? `?lang=${encodeURIComponent(lang)}` : "");

// A page that says the same to everybody, without a question in its address.
function isOwnPage(url) {
  const asked = [...url.searchParams.keys()].some((name) => name !== "lang");
  return !asked && self.release.pages.includes(url.pathname);
}

const keep = async (cache, key, response) => {
  if (response.ok && !response.redirected) await cache.put(key, response);
};

async function copyOf(path, lang) {
  const cache = await caches.open(CACHE);
  const found = (key) => cache.match(key, { ignoreVary: true });
  return (await found(keyOf(path, lang))) || (lang ? found(keyOf(path, "")) : undefined);
}

async function ownPage(request, url) {
  try {
    const response = await fetch(request);
    const copy = response.clone();
    caches.open(CACHE).then((cache) => keep(cache, keyOf(url.pathname, languageOf(url)), copy)).catch(() => {});
    return response;
  } catch {
    return (await copyOf(url.pathname, languageOf(url))) || offlinePage(url);
  }
}

// Any other page, above all a verdict: from the network and from nowhere else. Even "back" asks the server again.
async function livePage(request, url) {
  try {
    return await fetch(request, { cache: "no-cache" });
  } catch {
    return offlinePage(url);
  }
}

async function offlinePage(url) {
  return (await copyOf(OFFLINE, languageOf(url))) || Response.error();
}

async function asset(request) {
  const kept = await caches.match(request);
  return kept || fetch(request);
}

async function fill(addresses) {
  const cache = await caches.open(CACHE);
  const missing = [];
  for (const address of addresses) if (!(await cache.match(address, { ignoreVary: true }))) missing.push(address);
  await Promise.all(
    missing.map(async (address) => keep(cache, address, await fetch(address, { cache: address.includes("?v=") ? "default" : "no-cache" }))),
  );
}

addEventListener("install", (event) => {
  event.waitUntil(fill([OFFLINE, ...self.release.offline]).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(old());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(isOwnPage(url) ? ownPage(request, url) : livePage(request, url));
  } else if (url.pathname.startsWith("/static/") && url.searchParams.has("v")) {
    event.respondWith(asset(request));
  }
});

// A page of ours asks to be usable without a network, in its language.
addEventListener("message", (event) => {
  const { warm, lang } = event.data || {};
  const pages = warm === "all" ? self.release.pages : [OFFLINE];
  const assets = warm === "all" ? self.release.assets : [];
  event.waitUntil(fill([...pages.map((path) => keyOf(path, lang)), ...assets]).catch(() => {}));
});

addEventListener("sync", (event) => {
  if (event.tag !== "check-pending") return;
  event.waitUntil(self.ownScans.checkPending().then((waiting) => {
    if (waiting) throw new Error(`Expected all scans to be checked, got ${waiting} that still wait.`);
  }));
});
