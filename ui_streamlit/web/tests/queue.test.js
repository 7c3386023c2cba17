// Which files go next: small ones together, large ones by themselves, no more at once than may be.

import assert from "node:assert/strict";
import test from "node:test";

import { Item } from "../deposit/item.js";
import { Queue } from "../deposit/queue.js";

const LARGE = 17 << 20;

function queue(own, sizes) {
  const queue = new Queue(own);
  for (const [name, size] of Object.entries(sizes)) queue.items.set(name, new Item(name, size));
  return queue;
}

function begun(queue) {
  const names = [];
  for (let next = queue.next(); next.length; next = queue.next()) {
    const control = {};
    for (const item of next) item.control = control;
    names.push(next.map((item) => item.name));
  }
  return names;
}

test("small files go together, past large ones, where emfair takes the bytes itself", () => {
  const sizes = { a: 1, large: LARGE, b: 2, c: 3 };
  assert.deepEqual(begun(queue(true, sizes)), [["a", "b", "c"], ["large"]]);
  assert.deepEqual(begun(queue(false, sizes)), [["a"], ["large"], ["b"], ["c"]]);
});

test("no more go together than 64, or 16 MiB", () => {
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, number) => [`f${number}`, 1]));
  assert.deepEqual(begun(queue(true, many)).map((some) => some.length), [64, 6]);
  assert.deepEqual(begun(queue(true, { a: 10 << 20, b: 10 << 20 })), [["a"], ["b"]]);
});

test("three go at once to emfair, six to a store", () => {
  const large = Object.fromEntries(Array.from({ length: 9 }, (_, number) => [`f${number}`, LARGE]));
  assert.equal(begun(queue(true, large)).length, 3);
  assert.equal(begun(queue(false, large)).length, 6);
});

test("what has begun, or is compared, or is alone is not small; what leaves is not sent", () => {
  const some = queue(true, { begun: 1, checking: 1, alone: 1, leaving: 1, small: 1 });
  some.items.get("begun").upload = { begun: true };
  some.items.get("checking").state = "checking";
  some.items.get("alone").alone = true;
  some.items.get("leaving").isLeaving = true;
  const small = [...some.items.values()].filter((item) => some.isSmall(item));
  assert.deepEqual(small.map((item) => item.name), ["leaving", "small"]);
  const first = some.items.get("begun");
  assert.deepEqual(some.after(first).map((item) => item.name), ["alone"]);
});
