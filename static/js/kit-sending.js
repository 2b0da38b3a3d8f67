// Sends what the phone keeps, visit by visit, and what is sent twice arrives once: every id was made on the phone. Throws
// an Error "sign-in" if nobody is signed in any more, and any other Error if the line is cut: then the rest stays unsent.
const words = ({ id, place, seller, note, basis, marks, opened, closed }) => ({ id, place, seller, note, basis, marks, opened, closed });
const told = ({ id, text, taken, marks, note, group }) => ({ id, text, taken, marks, note, group });
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

async function asked(address, options) {
  const answer = await fetch(address, { ...options, headers: { Accept: "application/json", ...options.headers } });
  if (answer.status === 401 || answer.redirected) throw new Error("sign-in");
  if (!answer.ok) throw new Error("status " + answer.status);
  return answer.json();
}

export async function sendAll(keep) {
  const { token, account } = await asked("/desk/field/token", {});
  const post = (address, body, type) => asked(address, { method: "POST", body, headers: { "X-CSRFToken": token, "Content-Type": type } });
  // In the order in which they were: what the earlier one found is told at the later one.
  const visits = (await keep.all("visits")).sort((one, other) => one.opened - other.opened);
  for (const visit of visits) if (visit.account === account) await sendVisit(keep, visit, post);
}

async function sendVisit(keep, visit, post) {
  const send = async (checks) => (await post("/desk/field/send", JSON.stringify({ visit: words(visit), checks: checks.map(told) }), "application/json")).checks;
  const sent = new Map();
  for (const check of await keep.of("checks", visit.id)) if (!check.sent && check.text) sent.set(check.id, told(check));
  const photos = (await keep.of("photos", visit.id)).filter((one) => !one.sent);
  if (visit.sent && !sent.size && !photos.length) return;
  let answers = await send([...sent.values()]);
  for (const photo of photos) {
    const query = new URLSearchParams({ visit: visit.id, check: photo.check || "", kind: photo.kind });
    const read = await post(`/desk/field/photos/${photo.id}?${query}`, photo.blob, photo.blob.type || "image/jpeg");
    await keep.turn("photos", photo.id, (kept) => { kept.sent = true; kept.digest = read.digest; });
    const check = (await keep.of("checks", visit.id)).find((one) => one.id === photo.check);
    if (!check || check.text) continue;
    check.text = read.codes[0] || "?"; // a pack without a readable code is a finding too
    await keep.turn("checks", check.id, (kept) => { kept.text = check.text; });
    sent.set(check.id, told(check));
    answers = await send([sent.get(check.id)]);
  }
  for (const answer of answers) await keep.turn("checks", answer.id, (kept) => {
    kept.answer = answer;
    kept.sent = kept.sent || same(sent.get(kept.id), told(kept));
  });
  await keep.turn("visits", visit.id, (kept) => { kept.sent = same(words(kept), words(visit)); });
  if (visit.closed && !(await unsent(keep, visit.id))) await keep.forget(visit.id);
}

// How many things of a visit have not arrived.
export async function unsent(keep, visit) {
  const [checks, photos] = await Promise.all([keep.of("checks", visit), keep.of("photos", visit)]);
  return [...checks, ...photos].filter((one) => !one.sent).length;
}
