// What is dropped is taken up as far as the system lets the browser read it; the rest is told.

import assert from "node:assert/strict";
import test from "node:test";

import { take } from "../deposit/taking.js";
import { Unread } from "../deposit/unread.js";
import { fileEntry, folderEntry, gone, lockedFile, notAllowed, transfer } from "./dropped.js";

/** What hears of drops, and keeps the names that came. */
class Heard {
  names = [];
  unread = new Unread();

  async add(found, unread) {
    this.names.push(...found.map(({ name }) => name));
    this.unread.take(found, unread);
  }

  failsToTake(error) {
    this.unread.fails(error);
  }
}

const locked = (name) => folderEntry(name, [], notAllowed());
const AGAIN = "Drop it again once it can be read, if it belongs here.";

test("a folder that cannot be listed is named, and all others are taken", async () => {
  const heard = new Heard();
  const sub = folderEntry("sub", ["f1", "f2", "f3"].map((name) => fileEntry(name)));
  await take(transfer(folderEntry("night", [locked("locked"), sub, fileEntry("a")])), heard);
  assert.deepEqual(heard.names, ["night/sub/f1", "night/sub/f2", "night/sub/f3", "night/a"]);
  const list = "this computer does not let the browser list it.";
  assert.equal(heard.unread.told, `night/locked: ${list} ${AGAIN}`);
});

test("what a folder told before it could not be listed further is taken", async () => {
  const heard = new Heard();
  await take(transfer(folderEntry("night", [fileEntry("a"), fileEntry("b")], notAllowed())), heard);
  assert.deepEqual(heard.names, ["night/a", "night/b"]);
  assert.match(heard.unread.told, /^night: this computer does not let the browser list it\./);
});

test("files that cannot be had, and what is gone, are told with why", async () => {
  const heard = new Heard();
  const drive = [locked("System Volume Information"), locked("other"), lockedFile("x"), lockedFile("y", gone())];
  await take(transfer(folderEntry("drive", drive), fileEntry("z")), heard);
  assert.deepEqual(heard.names, ["z"]);
  const told = [
    "drive/System Volume Information, drive/other: this computer does not let the browser list them.",
    "drive/x: this computer does not let the browser read it.",
    "drive/y: it is gone.",
    "Drop them again once they can be read, if they belong here.",
  ];
  assert.equal(heard.unread.told, told.join(" "));
});

test("of very many the first are named, and left-overs of systems are not", async () => {
  const heard = new Heard();
  const many = Array.from({ length: 8 }, (_, number) => locked(`f${number}`));
  await take(transfer(folderEntry("d", [locked(".Trashes"), ...many])), heard);
  assert.match(heard.unread.told, /^d\/f0, d\/f1, d\/f2, d\/f3, d\/f4 and 3 more: this computer/);
});

test("it is told until the same is dropped again", async () => {
  const heard = new Heard();
  await take(transfer(folderEntry("night", [locked("locked")])), heard);
  await take(transfer(folderEntry("day", [fileEntry("a")])), heard);
  assert.match(heard.unread.told, /^night\/locked: /);
  await take(transfer(folderEntry("night", [folderEntry("locked", [fileEntry("a")])])), heard);
  assert.equal(heard.unread.told, "");
  assert.deepEqual(heard.names, ["day/a", "night/locked/a"]);
});

test("any other error of dropping is told, until something is taken", async () => {
  const heard = new Heard();
  const broken = { items: [{ kind: "file", webkitGetAsEntry: () => assert.fail("no entries here") }] };
  await take(broken, heard);
  assert.equal(
    heard.unread.told, "What was dropped could not be taken (no entries here). Drop it again.",
  );
  await take([{ name: "a" }], heard);
  assert.equal(heard.unread.told, "");
  assert.deepEqual(heard.names, ["a"]);
});
