// What a person drops or chooses, as files with the names they shall have in the deposit: a file by
// its name, a file in a folder by the folder's name and its path in it, as `emfair deposit` has it.
// What systems leave behind is passed over. What does not belong here: sending them.

import { storeOf } from "./stores.js";

const SKIPPED = new Set(["thumbs.db", "desktop.ini"]);

/** Whether a name is of something that an operating system left behind. */
export function isLeftOver(name) {
  if (storeOf(name)) return false; // every file counts, hidden ones too
  const parts = name.split("/");
  return parts.some((part) => part.startsWith(".")) || SKIPPED.has(parts.at(-1).toLowerCase());
}

/**
 * Return what was dropped, folders with all that is in them: `{found, unread}`. What is `unread`, each
 * with its name and its error, the system does not let the browser list or read: the rest is found.
 */
export async function dropped(transfer) {
  const entries = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry()); // before the first await: the list is emptied then
  const all = { found: [], unread: [] };
  for (const entry of entries) if (entry) await walk(entry, "", all);
  return { found: kept(all.found), unread: kept(all.unread) };
}

/** Return what was chosen in a dialogue; of a folder the browser tells the paths, and nothing else. */
export function chosen(list) {
  const found = [...list].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
  return { found: kept(found), unread: [] };
}

async function walk(entry, above, { found, unread }) {
  const name = above + entry.name;
  try {
    if (entry.isFile) found.push({ name, file: await fileOf(entry) });
    else for await (const one of within(entry)) await walk(one, `${name}/`, { found, unread });
  } catch (error) {
    unread.push({ name, isFolder: !entry.isFile, error });
  }
}

function fileOf(entry) {
  return new Promise((done, failed) => entry.file(done, failed));
}

async function* within(folder) {
  const reader = folder.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return; // browsers tell a folder in portions
    yield* some;
  }
}

function kept(named) {
  return named.filter(({ name }) => !isLeftOver(name));
}
