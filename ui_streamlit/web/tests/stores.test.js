// Folders that are one file: known by their names, told as one with what asks most for a person.

import assert from "node:assert/strict";
import test from "node:test";

import { storeOf, told } from "../deposit/stores.js";

const item = (name, state, arrived = 0) => ({ name, store: storeOf(name), state, size: 10, arrived });

test("a file in a folder that is one file belongs to the outermost of them", () => {
  const names = ["a.tif", "m.zspy", "m.zspy/.zgroup", "day/M.ZSPY/0/0.0", "a.zspy/b.zspy/c", "x.zspy2/c"];
  const stores = ["", "", "m.zspy", "day/M.ZSPY", "a.zspy", ""];
  assert.deepEqual(names.map(storeOf), stores);
});

test("a store is told as one, with its files, its bytes and what asks most for a person", () => {
  const known = new Map();
  const items = [
    item("a.tif", "sending", 3), item("m.zspy/0", "done", 10), item("m.zspy/1", "failed", 4),
    item("z.tif", "done", 10),
  ];
  const [store, file, last] = told(items, known);
  assert.deepEqual([store.name, file.name, last.name], ["m.zspy", "a.tif", "z.tif"]);
  assert.deepEqual([store.items.length, store.done, store.size, store.arrived], [2, 1, 20, 14]);
  assert.equal(store.state, "failed");
  for (const one of items) one.state = "done";
  assert.equal(told(items, known)[1], store, "the same one each time, so that its line stays");
  assert.equal(store.state, "done");
  told(items.slice(0, 1), known);
  assert.equal(known.size, 0);
});
