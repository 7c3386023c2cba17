// How images begin in H5Web, and that a person's own choice stays.

import assert from "node:assert/strict";
import test from "node:test";

import { upright } from "../viewer/upright.js";

const KEY = "h5web:heatmap";

class Storage {
  constructor(text = null) {
    this.text = text;
  }

  getItem(key) {
    assert.equal(key, KEY);
    return this.text;
  }

  setItem(key, text) {
    assert.equal(key, KEY);
    this.text = text;
  }
}

const begun = (text) => {
  const storage = new Storage(text);
  upright(storage);
  return storage.text;
};

test("the first row is at the top and the least is black where H5Web has kept nothing that it could read", () => {
  const other = JSON.stringify({ state: { flipYAxis: false }, version: 11 });
  for (const text of [null, "", "null", "{", other])
    assert.deepEqual(JSON.parse(begun(text)), { state: { flipYAxis: true, colorMap: "Greys" }, version: 12 });
});

test("what a person has chosen stays", () => {
  const own = JSON.stringify({ state: { flipYAxis: false, colorMap: "Greys" }, version: 12 });
  assert.equal(begun(own), own);
});
