// An uploader against a server that stands in memory: what is asked, what is sent, what is told.

import assert from "node:assert/strict";
import test from "node:test";

import { Uploader } from "../deposit/uploader.js";
import { Refused, Stopped } from "../deposit/wire.js";

const PART = 16 << 20;

/** A server: announced files, their parts, and a list of all that was asked. */
class Server {
  base = "/api/v1";
  asked = [];
  files = new Map();
  refused = new Set(); // names that cannot be
  hold = null; // a promise that bodies wait for
  late = null; // a promise that the answer to an announcement waits for
  waiting = () => {};

  constructor(store = "") {
    this.store = store;
  }

  async ask(method, path, document, signal) {
    if (signal?.aborted) throw new Stopped();
    this.asked.push(`${method} ${path}`);
    if (method === "GET" && path.endsWith("/uploads")) return [...this.files.values()];
    if (method === "POST" && path.endsWith("/uploads")) {
      const told = this.announce(document.files);
      await this.late;
      if (signal?.aborted) throw new Stopped();
      return told;
    }
    const upload = [...this.files.values()].find(({ id }) => path.includes(`/${id}`));
    if (!upload) throw new Refused(404, { detail: "there is no such upload." });
    if (method === "DELETE") this.files.delete(upload.name);
    if (method === "POST" && path.includes("/parts/")) {
      return { url: `${this.store}/${upload.name}/${path.split("/").at(-1)}`, headers: {} };
    }
    if (method === "POST") {
      if (upload.wrong) throw new Refused(422, { detail: "the parts hash to something else." });
      upload.done_at = "now";
      upload.sha256 = document.sha256;
    }
    return { ...upload, parts: upload.parts };
  }

  announce(files) {
    const bad = files.find(({ name }) => this.refused.has(name));
    if (bad) throw new Refused(422, { detail: `${bad.name} cannot be.`, remedy: "Rename it." });
    const uploads = files.map((file) => {
      const known = this.files.get(file.name);
      const upload = known ?? {
        id: `u-${file.name}`, part_size: PART, begun: false, done_at: null, parts: [], ...file,
      };
      this.files.set(file.name, upload);
      return { ...upload };
    });
    return { uploads, known: [] };
  }

  async send(method, url, body, headers, { signal, progress } = {}) {
    this.asked.push(`${method} ${url.split("?")[0]}`);
    progress?.(body.size);
    await this.hold;
    if (signal?.aborted) throw new Stopped();
    for (const id of new URLSearchParams(url.split("?")[1]).getAll("upload")) {
      [...this.files.values()].find((one) => one.id === id).done_at = "now";
    }
    const [name, , number] = url.split("/").slice(-3);
    const upload = [...this.files.values()].find(({ id }) => id === name);
    upload?.parts.push({ number: Number(number), size: body.size });
  }

  wake() {}
}

const hashing = {
  of: async (file, partSize, onPart) => {
    for (let number = 1; onPart && (number - 1) * partSize < Math.max(file.size, 1); number += 1) {
      onPart(number, `md5-${number}`);
    }
    return `sha-${file.text ?? file.size}`;
  },
};

function uploader(server, own = true) {
  return new Uploader({ wire: server, hashing, experiment: "e-1", own, changed: () => {} });
}

function file(name, size, text) {
  const content = {
    size, text, lastModified: 0,
    slice: (start, end) => ({ size: Math.min(end, size) - start, arrayBuffer: async () => {} }),
  };
  return { name, file: content };
}

async function settled(one) {
  for (let turn = 0; turn < 500; turn += 1) {
    await new Promise((done) => setImmediate(done));
    if (!one.sums.busy && !(one.sums.open && !one.paused && !one.problem)) return;
  }
  assert.fail("it never comes to rest");
}

globalThis.Blob = class {
  constructor(parts) {
    this.size = parts.reduce((sum, part) => sum + part.size, 0);
  }
};

const states = (one) => [...one.items.values()].map(({ name, state }) => `${name} ${state}`);

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
