// A file that cannot be read fails by itself, with its own error: those that go with it arrive.

import assert from "node:assert/strict";
import test from "node:test";

import { PART, Server, file, settled, states, uploader } from "./uploading.js";

function locked(name, size = 2) {
  const found = file(name, size);
  found.file.isLocked = true;
  return found;
}

function gone(name) {
  const found = file(name, 2);
  found.file.isGone = true; // after its checksum was made
  return found;
}

test("a small file that cannot be read holds up none of those that go with it", async () => {
  const server = new Server();
  const one = uploader(server);
  const secret = locked("secret");
  await one.add([file("a", 10), secret, file("b", 10)]);
  await settled(one);
  assert.deepEqual(states(one), ["a done", "secret failed", "b done"]);
  assert.equal(one.items.get("secret").problem, "cannot be read (permission problems)");
  assert.deepEqual([...server.files.keys()], ["a", "b"]);
  secret.file.isLocked = false;
  one.resume();
  await settled(one);
  assert.deepEqual(states(one), ["a done", "secret done", "b done"]);
});

test("where no file can be read nothing is announced or sent", async () => {
  const server = new Server();
  const one = uploader(server);
  await one.add([locked("a"), locked("b")]);
  await settled(one);
  assert.deepEqual(states(one), ["a failed", "b failed"]);
  assert.deepEqual(server.asked, ["GET /experiments/e-1/uploads"]);
});

test("files that change while they are sent fail by themselves; the others are sent anew, together", async () => {
  const server = new Server();
  const one = uploader(server);
  await one.add([file("a", 10), gone("changed"), file("b", 10), gone("lost")]);
  await settled(one);
  assert.deepEqual(states(one), ["a done", "changed failed", "b done", "lost failed"]);
  const changed = one.items.get("changed");
  assert.match(changed.problem, /^cannot be read: it has changed or is gone since it was dropped, or is locked/);
  assert.equal(changed.arrived, 0);
  assert.equal(server.asked.filter((asked) => asked.startsWith("PUT")).length, 2);
});

test("whoever pauses keeps what is wrong with a file", async () => {
  const server = new Server();
  const one = uploader(server);
  let release;
  server.hold = new Promise((done) => {
    release = done;
  });
  await one.add([file("a", 10), locked("secret")]);
  await new Promise((done) => setTimeout(done, 20));
  one.pause();
  release();
  await settled(one);
  assert.deepEqual(states(one), ["a waiting", "secret failed"]);
  one.resume();
  await settled(one);
  assert.deepEqual(states(one), ["a done", "secret failed"]);
});

for (const own of [true, false]) {
  test(`a large file that cannot be read is not announced, so it holds up no seal (own: ${own})`, async () => {
    const server = new Server(own ? "" : "https://store.test");
    const one = uploader(server, own);
    const secret = locked("secret", 2 * PART);
    await one.add([file("a", 2 * PART), secret, locked("other", 3 * PART), file("b", PART + 1)]);
    await settled(one);
    assert.deepEqual(states(one), ["a done", "secret failed", "other failed", "b done"]);
    assert.deepEqual([...server.files.keys()], ["a", "b"]);
    assert.equal(one.sums.unsent, 2);
    secret.file.isLocked = false;
    one.resume();
    await settled(one);
    assert.deepEqual(states(one), ["a done", "secret done", "other failed", "b done"]);
    assert.ok(!server.asked.some((asked) => asked.includes("u-other")));
  });
}

test("a file that changed after it was announced is taken out with all that were not sent", async () => {
  const server = new Server();
  const one = uploader(server);
  await one.add([file("a", 10), gone("changed"), locked("secret", 2 * PART)]);
  await settled(one);
  assert.deepEqual(states(one), ["a done", "changed failed", "secret failed"]);
  assert.deepEqual([...server.files.keys()], ["a", "changed"]);
  await one.removeAll([...one.items.values()].filter(({ state }) => state === "failed"));
  assert.deepEqual(states(one), ["a done"]);
  assert.deepEqual([...server.files.keys()], ["a"]);
});

test("whoever takes a file out while it is looked whether it can be read has taken it out", async () => {
  const server = new Server();
  const one = uploader(server);
  const slow = file("b", 2 * PART);
  const { slice } = slow.file;
  slow.file.slice = (start, end) => ({
    ...slice(start, end),
    arrayBuffer: () => new Promise((done) => setTimeout(done, 20)),
  });
  const added = one.add([file("a", 2 * PART), slow]);
  await added;
  await one.remove(one.items.get("b"));
  await settled(one);
  assert.deepEqual(states(one), ["a done"]);
  assert.deepEqual([...server.files.keys()], ["a"]);
});

test("what was taken out elsewhere is forgotten, and may come again", async () => {
  const server = new Server();
  const one = uploader(server);
  await one.add([file("a", 10), file("b", 10)]);
  await settled(one);
  server.files.delete("a");
  one.forget(["u-a", "u-other"]);
  assert.deepEqual(states(one), ["b done"]);
  await one.add([file("a", 10)]);
  await settled(one);
  assert.deepEqual(states(one), ["b done", "a done"]);
  assert.deepEqual([...server.files.keys()], ["b", "a"]);
});
