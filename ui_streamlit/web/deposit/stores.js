// Folders that are one file to people and to readers: told as one, with all that is in them.
// What does not belong here: which files count (`files`), and how it looks (`lines`).

export const ORDER = ["failed", "differs", "sending", "checking", "waiting", "lacking", "done"];
const STORE = /^(?:.*?\/)??[^/]*\.zspy(?=\/)/i; // emfair.vendor.bundles.STORES

/** Return the outermost folder of `name` that is one file; empty if there is none. */
export function storeOf(name) {
  return STORE.exec(name)?.[0] ?? "";
}

/** A folder that is one file; it looks like an item to whoever draws it. */
export class Store {
  constructor(name) {
    this.name = name;
    this.items = [];
  }

  get size() {
    return this.items.reduce((sum, item) => sum + item.size, 0);
  }

  get arrived() {
    return this.items.reduce((sum, item) => sum + item.arrived, 0);
  }

  get done() {
    return this.items.filter((item) => item.state === "done").length;
  }

  /** What of its files asks most for a person's eye. */
  get state() {
    const places = new Set(this.items.map((item) => ORDER.indexOf(item.state)));
    return ORDER[Math.min(...places)];
  }
}

/** Return items as people count them, stores as one, those that need a person first. */
export function told(items, known) {
  const stores = new Map();
  const found = [];
  for (const item of items) {
    if (!item.store) {
      found.push(item);
      continue;
    }
    if (!stores.has(item.store)) {
      const store = known.get(item.store) ?? new Store(item.store);
      store.items = [];
      stores.set(item.store, store);
      found.push(store);
    }
    stores.get(item.store).items.push(item);
  }
  known.clear();
  for (const [name, store] of stores) known.set(name, store);
  return ranked(found);
}

/** Return them with those first that need a person, or move. */
export function ranked(entries) {
  const places = new Map(entries.map((one) => [one, ORDER.indexOf(one.state)]));
  return entries.sort((a, b) => places.get(a) - places.get(b) || (a.name < b.name ? -1 : 1));
}
