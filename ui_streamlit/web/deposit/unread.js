// What of dropped folders the system does not let the browser read: told until it is dropped again.

const SHOWN = 5; // names: more are told as a number
const AGAIN = "Drop it again once it can be read, if it belongs here.";
const ALL_AGAIN = "Drop them again once they can be read, if they belong here.";

export class Unread {
  #words = new Map(); // by name: of one, and of several
  #failure = "";

  /** Take up what came of a drop; what lies in the same folders was told before, and is no more. */
  take(found, unread) {
    this.#failure = "";
    const again = new Set([...found, ...unread].map(({ name }) => rootOf(name)));
    for (const name of this.#words.keys()) if (again.has(rootOf(name))) this.#words.delete(name);
    for (const { name, isFolder, error } of unread) this.#words.set(name, why(isFolder, error));
  }

  /** Nothing of a drop could be taken up. */
  fails(error) {
    this.#failure = `What was dropped could not be taken (${error.message}). Drop it again.`;
  }

  /** What it is, why, and what to do; empty if all could be read. */
  get told() {
    const names = new Map();
    for (const [name, words] of this.#words) names.set(words, [...(names.get(words) ?? []), name]);
    const parts = [...names].map(([[one, several], some]) =>
      some.length === 1 ? `${some[0]}: ${one}.` : `${listed(some)}: ${several}.`,
    );
    const isOne = this.#words.size === 1;
    if (parts.length) parts.push(isOne ? AGAIN : ALL_AGAIN);
    return [this.#failure, ...parts].filter(Boolean).join(" ");
  }
}

const GONE = ["it is gone", "they are gone"];
const UNLISTED = words("list");
const UNREADABLE = words("read");

function words(verb) {
  return ["it", "them"].map((what) => `this computer does not let the browser ${verb} ${what}`);
}

function why(isFolder, error) {
  if (error.name === "NotFoundError") return GONE;
  return isFolder ? UNLISTED : UNREADABLE;
}

function listed(names) {
  const more = names.length - SHOWN;
  const shown = names.slice(0, SHOWN).join(", ");
  return more > 0 ? `${shown} and ${more.toLocaleString("en")} more` : shown;
}

function rootOf(name) {
  return name.split("/", 1)[0];
}
