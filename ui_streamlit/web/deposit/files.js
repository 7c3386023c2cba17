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

/** Return what was dropped, folders with all that is in them: `[{name, file}]`. */
export async function dropped(transfer) {
  const entries = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry()); // before the first await: the list is emptied then
  const found = [];
  for (const entry of entries) if (entry) await walk(entry, "", found);
  return kept(found);
}

/** Return what was chosen in a dialogue; of a folder the browser tells the paths. */
export function chosen(list) {
  return kept([...list].map((file) => ({ name: file.webkitRelativePath || file.name, file })));
}

async function walk(entry, above, found) {
  const name = above + entry.name;
  if (entry.isFile) {
    found.push({ name, file: await new Promise((done, failed) => entry.file(done, failed)) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return; // browsers tell a folder in portions
    for (const one of some) await walk(one, `${name}/`, found);
  }
}

function kept(found) {
  return found.filter(({ name }) => !isLeftOver(name));
}
