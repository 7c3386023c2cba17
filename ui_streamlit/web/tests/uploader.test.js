// An uploader against a server that stands in memory: what is asked, what is sent, what is told.

import assert from "node:assert/strict";
import test from "node:test";

import { Refused } from "../deposit/wire.js";
import { PART, Server, file, settled, states, uploader } from "./uploading.js";

test("small files go together, large ones in parts", async () => {
  const server = new Server();
  const one = uploader(server);
  await one.add([file("a", 10), file("big", 2 * PART + 1), file("b", 0)]);
  await settled(one);
  assert.deepEqual(states(one), ["a done", "big done", "b done"]);
  const puts = server.asked.filter((asked) => asked.startsWith("PUT"));
  assert.equal(puts.filter((asked) => asked.endsWith("/contents")).length, 1);
  assert.equal(puts.filter((asked) => asked.includes("/uploads/u-big/parts/")).length, 3);
});

test("a store gets each part at its own address, with its MD5", async () => {
  const server = new Server("https://store.test");
  const one = uploader(server, false);
  await one.add([file("a", 10), file("b", PART + 1)]);
  await settled(one);
  assert.deepEqual(states(one), ["a done", "b done"]);
  const puts = server.asked.filter((asked) => asked.startsWith("PUT"));
  assert.deepEqual(puts.sort(), [1, 2].map((number) => `PUT https://store.test/b/${number}`)
    .concat("PUT https://store.test/a/1").sort());
  assert.equal(server.asked.filter((asked) => asked.endsWith("/uploads")).length, 2, "one to announce");
});

test("whoever comes back sends what is missing, and nothing twice", async () => {
  const server = new Server();
  server.announce([file("big", 3 * PART), file("done", 5)].map(({ name, file: { size } }) => ({ name, size })));
  Object.assign(server.files.get("big"), { begun: true, parts: [{ number: 2, size: PART }] });
  Object.assign(server.files.get("done"), { done_at: "now", sha256: "sha-5" });
  const one = uploader(server);
  await one.load();
  assert.deepEqual(states(one), ["big lacking", "done done"]);
  await one.add([file("big", 3 * PART), file("done", 5)]);
  await settled(one);
  assert.deepEqual(states(one), ["big done", "done done"]);
  const parts = server.asked.filter((asked) => asked.startsWith("PUT"));
  assert.deepEqual(parts.map((asked) => asked.at(-1)).sort(), ["1", "3"]);
});

test("another file of a name that is there is told, and replaces it if wished", async () => {
  const server = new Server();
  server.announce([{ name: "a", size: 5 }]);
  Object.assign(server.files.get("a"), { done_at: "now", sha256: "sha-other" });
  const one = uploader(server);
  await one.add([file("a", 5)]);
  await settled(one);
  assert.deepEqual(states(one), ["a differs"]);
  await one.replace(one.items.get("a"));
  await settled(one);
  assert.deepEqual(states(one), ["a done"]);
});

test("a name that cannot be holds up no other", async () => {
  const server = new Server();
  server.refused.add("bad");
  const one = uploader(server);
  await one.add([file("a", 1), file("bad", 1), file("c", 1)]);
  await settled(one);
  assert.deepEqual(states(one), ["a done", "bad failed", "c done"]);
  assert.equal(one.items.get("bad").problem, "bad cannot be. Rename it.");
});

test("what is paused is on its way no more, and goes on later", async () => {
  const server = new Server();
  let release;
  server.hold = new Promise((done) => {
    release = done;
  });
  const one = uploader(server);
  await one.add([file("a", 10), file("big", PART + 5)]);
  await new Promise((done) => setTimeout(done, 20));
  one.pause();
  release();
  await settled(one);
  assert.equal(one.sums.done, 0);
  assert.equal(one.sums.open, 2);
  one.resume();
  await settled(one);
  assert.deepEqual(states(one), ["a done", "big done"]);
});

test("an end of the login stops all, with what to do", async () => {
  const server = new Server();
  const one = uploader(server);
  await one.load();
  server.ask = async () => {
    throw new Refused(401, { detail: "the login of this page has ended.", remedy: "Log in again." });
  };
  await one.add([file("a", 1), file("b", PART + 1)]);
  await settled(one);
  assert.equal(one.problem, "the login of this page has ended. Log in again.");
});

test("bytes that turn out to be others are sent anew, once", async () => {
  const server = new Server();
  const one = uploader(server, false);
  const announce = server.announce.bind(server);
  let first = true;
  server.announce = (files) => {
    const told = announce(files);
    server.files.get("a").wrong = first;
    first = false;
    return told;
  };
  await one.add([file("a", 10)]);
  await settled(one);
  assert.deepEqual(states(one), ["a done"]);
  assert.equal(server.asked.filter((asked) => asked.startsWith("DELETE")).length, 1);
});

test("a store is taken out as a whole, and nothing of it is sent any more", async () => {
  const server = new Server();
  const one = uploader(server);
  let release;
  server.hold = new Promise((done) => {
    release = done;
  });
  const names = Array.from({ length: 200 }, (_, number) => `m.zspy/${1000 + number}`);
  await one.add([file("a", 10), ...names.map((name) => file(name, 10))]);
  await new Promise((done) => setTimeout(done, 20));
  await one.removeAll([...one.items.values()].filter((item) => item.store === "m.zspy"));
  release();
  await settled(one);
  assert.deepEqual(states(one), ["a done"]);
  assert.deepEqual([...server.files.keys()], ["a"]);
});

for (const own of [true, false]) {
  test(`what is taken out while it is announced is not left there (own: ${own})`, async () => {
    const server = new Server("https://store.test");
    const one = uploader(server, own);
    let answer;
    server.late = new Promise((done) => {
      answer = done;
    });
    const names = Array.from({ length: 200 }, (_, number) => `m.zspy/${1000 + number}`);
    await one.add([file("a", 10), ...names.map((name) => file(name, 10))]);
    await new Promise((done) => setTimeout(done, 20));
    assert.ok(server.files.size > 1, "emfair has heard of some, and has not answered");
    const gone = one.removeAll([...one.items.values()].filter((item) => item.store));
    await new Promise((done) => setTimeout(done, 20));
    answer();
    await gone;
    await settled(one);
    assert.deepEqual(states(one), ["a done"]);
    assert.deepEqual([...server.files.keys()], ["a"]);
  });
}

test("what is being taken out is announced with no other", async () => {
  const server = new Server("https://store.test");
  const one = uploader(server, false);
  one.pause();
  const names = [1, 2, 3, 4, 5, 6].map((number) => `m.zspy/${number}`);
  await one.add([...names, "a"].map((name) => file(name, 10)));
  const announced = [];
  const announce = server.announce.bind(server);
  server.announce = (files) => {
    announced.push(...files.map(({ name }) => name));
    return announce(files);
  };
  const gone = one.removeAll([...one.items.values()].filter((item) => item.store));
  one.resume();
  await gone;
  await settled(one);
  assert.deepEqual(announced, ["a"]);
  assert.deepEqual([...server.files.keys()], ["a"]);
});

test("what could not be taken out is there, with why, and can go later", async () => {
  const server = new Server();
  const one = uploader(server);
  await one.add([file("a", 10)]);
  await settled(one);
  const ask = server.ask.bind(server);
  server.ask = async (method, ...rest) => {
    if (method === "DELETE") throw new Refused(409, { detail: "it is sealed." });
    return ask(method, ...rest);
  };
  const item = one.items.get("a");
  await one.remove(item);
  assert.deepEqual([item.state, item.problem, item.isLeaving], ["failed", "it is sealed.", false]);
  server.ask = ask;
  await one.remove(item);
  assert.equal(one.items.size, 0);
});
