// What the field kit keeps on this phone: visits, checks and photos, each under an id made here. A promise of `put` or
// `turn` is kept when the phone has really stored it.
const STORES = ["visits", "checks", "photos"];

const answered = (request) => new Promise((yes, no) => {
  request.onsuccess = () => yes(request.result);
  request.onerror = () => no(request.error);
});

export async function openKeep() {
  const asked = indexedDB.open("field-kit", 1);
  asked.onupgradeneeded = () => { for (const name of STORES) asked.result.createObjectStore(name, { keyPath: "id" }); };
  const base = await answered(asked);
  const write = (names, how) => new Promise((yes, no) => {
    const work = base.transaction(names, "readwrite", { durability: "strict" });
    const told = how(work);
    work.oncomplete = () => yes(told);
    work.onerror = work.onabort = () => no(work.error);
  });
  const all = (store) => answered(base.transaction(store).objectStore(store).getAll());
  return {
    all,
    put: (store, value) => write([store], (work) => { work.objectStore(store).put(value); }),
    // Reads and writes in one transaction: what was changed while an answer was under way is not overwritten by it.
    turn: (store, id, how) => write([store], (work) => {
      const place = work.objectStore(store);
      const asked = place.get(id);
      asked.onsuccess = () => { if (asked.result) { how(asked.result); place.put(asked.result); } };
    }),
    of: async (store, visit) => (await all(store)).filter((one) => one.visit === visit),
    // Takes a visit from the phone that is closed and has arrived whole.
    forget: async (visit) => {
      const gone = [];
      for (const store of ["checks", "photos"]) for (const one of await all(store)) if (one.visit === visit) gone.push([store, one.id]);
      await write(STORES, (work) => {
        for (const [store, id] of gone) work.objectStore(store).delete(id);
        work.objectStore("visits").delete(visit);
      });
    },
  };
}
