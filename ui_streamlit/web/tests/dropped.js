// What a browser tells of things that are dropped: entries of files and folders, some of them locked.

/** A dropped file. */
export function fileEntry(name, file = { name, size: 1 }) {
  return { name, isFile: true, isDirectory: false, file: (done) => done(file) };
}

/** A file that the system does not let one read. */
export function lockedFile(name, error = notAllowed()) {
  return { name, isFile: true, isDirectory: false, file: (done, failed) => failed(error) };
}

/** A folder, told in portions of two; with an error it cannot be listed beyond its entries. */
export function folderEntry(name, entries, error) {
  const createReader = () => {
    const left = [...entries];
    const readEntries = (done, failed) =>
      error && !left.length ? failed(error) : done(left.splice(0, 2));
    return { readEntries };
  };
  return { name, isFile: false, isDirectory: true, createReader };
}

/** A transfer with entries, as an event of dropping has it. */
export function transfer(...entries) {
  return { items: entries.map((entry) => ({ kind: "file", webkitGetAsEntry: () => entry })) };
}

export function notAllowed() {
  return new DOMException("permission problems", "NotReadableError");
}

export function gone() {
  return new DOMException("not found", "NotFoundError");
}
