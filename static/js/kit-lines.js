// Checklists by the tap: each line has its four answers side by side. The lists of all groups of goods came with the page,
// so they are there without a network, and for goods that nobody registered.
const { groups, against, visits, lines } = JSON.parse(document.querySelector("[data-lists]").textContent);
const NAMES = new Map(groups.map(([number, name]) => [number, name]));

const make = (tag, text, name) => Object.assign(document.createElement(tag), { textContent: text || "", className: name || "" });
const named = (places) => places.map((place) => lines[place]);

export const labelLines = (group) => named((groups.find(([number]) => number === group) || groups[0])[2]);
export const againstLines = () => named(against);
export const visitLines = (basis) => named(visits[basis]);

// One line: its words, what the enterprise declared for it, and the answers. `set(key, mark)` is called with "" for none.
export function line([key, words], { marks, declared, say, set }) {
  const row = make("fieldset", "", "kit-mark"), ways = make("div", "", "kit-ways");
  row.append(make("legend", words));
  if (declared && declared[key]) row.append(make("small", say.declared.replace("{value}", () => declared[key])));
  for (const [mark, shown] of [["ok", say.ok], ["missing", say.missing], ["wrong", say.wrong], ["not_needed", say.notNeeded]]) {
    const way = Object.assign(make("button", shown, "is-" + mark), { type: "button" });
    way.dataset.at = key + " " + mark;
    way.setAttribute("aria-pressed", String(marks[key] === mark));
    way.addEventListener("click", () => set(key, marks[key] === mark ? "" : mark));
    ways.append(way);
  }
  row.append(ways);
  return row;
}

// The choice of the group of goods (Annex I).
export function groupChoice(group, say, picked) {
  const choice = make("select");
  choice.ariaLabel = say.group;
  choice.dataset.at = "group";
  for (const [number, name] of NAMES) choice.append(Object.assign(make("option", number ? `${number}. ${name}` : name), { value: number }));
  choice.value = NAMES.has(group) ? group : 0;
  choice.addEventListener("change", () => picked(Number(choice.value)));
  return choice;
}
