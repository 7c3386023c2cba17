import assert from "node:assert/strict";
import test from "node:test";

import { chosen, isLeftOver } from "../deposit/files.js";
import { bytes, counted, duration } from "../deposit/words.js";

test("what systems leave behind is passed over, in a store nothing is", () => {
  for (const name of [".DS_Store", "a/.hidden/b.tif", "a/Thumbs.db", "desktop.ini"]) {
    assert.equal(isLeftOver(name), true, name);
  }
  for (const name of ["a.tif", "a/b.zspy/.zgroup", "thumbs.db.tif"]) {
    assert.equal(isLeftOver(name), false, name);
  }
});

test("a chosen file bears its name, one of a folder its path", () => {
  const list = [
    { name: "a.tif", webkitRelativePath: "" },
    { name: "b.tif", webkitRelativePath: "session/b.tif" },
    { name: ".DS_Store", webkitRelativePath: "session/.DS_Store" },
  ];
  assert.deepEqual(chosen(list).found.map(({ name }) => name), ["a.tif", "session/b.tif"]);
});

test("sizes, times and numbers are as people read them", () => {
  const sizes = [0, 999, 1000, 1_500_000, 99_950_000, 999_600_000, 2e13].map(bytes);
  assert.deepEqual(sizes, ["0 B", "999 B", "1.0 kB", "1.5 MB", "100 MB", "1.0 GB", "20.0 TB"]);
  const times = [3, 14, 49, 55, 3599, 7500, Infinity].map(duration);
  assert.deepEqual(times, ["a few seconds", "10 s", "50 s", "1 min", "1 h 0 min", "2 h 5 min", ""]);
  assert.equal(counted(1, "file"), "1 file");
  assert.equal(counted(2000, "file"), "2,000 files");
});
