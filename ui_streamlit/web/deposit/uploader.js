// The files of one deposit on their way: which are where, what is sent next, pausing, going on.
//
// Small files go together where emfair itself takes them; large ones in parts, several at a time, to
// wherever emfair says. What arrived stays: whoever comes back drops the same files, and only what is
// missing is sent. What does not belong here: requests (`wire`), and how it looks (`view`).

import { storeOf } from "./stores.js";
import { Refused, Stopped } from "./wire.js";

const AT_ONCE = 3; // files, or requests of small ones, that emfair takes itself
const TO_STORE = 6; // files, each of which takes several requests
const LANES = 3; // parts of one file
const TOGETHER = { files: 64, bytes: 16 << 20 };
const PORTION = 100; // files that are announced at once
const ANEW = new Set([400, 404, 409, 422]); // what parts, one by one, may still settle

/** A file: `state` is one of
 *  lacking (announced before, and not dropped here yet), waiting, checking, sending, done, differs
 *  (another one of this name is there), failed. */
export class Item {
  constructor(name, size) {
    this.name = name;
    this.size = size;
    this.store = storeOf(name); // of which it is a part
    this.file = null;
    this.upload = null;
    this.sha256 = "";
    this.state = "waiting";
    this.problem = "";
    this.sent = new Map(); // bytes by part
    this.control = null;
    this.isLeaving = false;
    this.announcing = null; // a promise, while emfair has not answered yet
  }

  get arrived() {
    if (this.state === "done") return this.size;
    let sum = 0;
    for (const count of this.sent.values()) sum += count;
    return Math.min(sum, this.size);
  }

  get isBusy() {
    return this.control !== null;
  }
}

export class Uploader {
  constructor({ wire, hashing, experiment, own, changed }) {
    this.wire = wire;
    this.hashing = hashing;
    this.experiment = experiment;
    this.own = own; // whether emfair takes the bytes itself
    this.changed = changed;
    this.items = new Map();
    this.paused = false;
    this.problem = ""; // what concerns all of them
    this.loaded = null;
    this.announcing = null;
  }

  /** Learn which files are announced already, once. */
  load() {
    this.loaded ??= this.#load();
    return this.loaded;
  }

  /** Take files up; those that are there already are compared, not sent. */
  async add(found) {
    await this.load();
    for (const { name, file } of found) {
      const known = this.items.get(name);
      if (known?.isBusy) continue;
      const item = known ?? new Item(name, file.size);
      if (known && known.size !== file.size) {
        this.#differs(item, file);
        continue;
      }
      item.file = file;
      item.problem = "";
      if (item.state !== "done") item.state = "waiting";
      else if (item.upload) item.state = "checking";
      this.items.set(name, item);
    }
    this.problem = "";
    this.changed();
    this.#pump();
  }

  /** Hold everything; what is on its way is sent again later. */
  pause() {
    this.paused = true;
    for (const item of this.items.values()) item.control?.abort();
    this.changed();
  }

  /** Go on, also with what failed. */
  resume() {
    this.paused = false;
    this.problem = "";
    for (const item of this.items.values()) {
      if (item.state === "failed" && item.file) this.#wait(item);
    }
    this.wire.wake();
    this.changed();
    this.#pump();
  }

  /** Take a file out of the deposit. */
  async remove(item) {
    item.isLeaving = true;
    while (item.announcing) await item.announcing; // cut off, emfair might have heard of it
    item.control?.abort();
    try {
      if (item.upload) await this.wire.ask("DELETE", `/uploads/${item.upload.id}`);
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) {
        item.isLeaving = false;
        this.#fail(item, error);
        return;
      }
    }
    this.items.delete(item.name);
    this.changed();
    this.#pump();
  }

  /** Take files out of the deposit, a few at a time; none of them is sent any more. */
  async removeAll(items) {
    const todo = [...items];
    for (const item of todo) item.isLeaving = true;
    this.changed();
    const lane = async () => {
      while (todo.length) await this.remove(todo.pop());
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    this.#pump();
  }

  /** Send the file that was dropped last instead of the one that is there. */
  async replace(item) {
    const file = item.file;
    await this.remove(item);
    if (!this.items.has(item.name)) await this.add([{ name: item.name, file }]);
  }

  /** Return how far it is: files and bytes, and what is still to do. */
  get sums() {
    const sums = { files: 0, done: 0, bytes: 0, arrived: 0, busy: 0, open: 0, failed: 0, lacking: 0 };
    for (const item of this.items.values()) {
      sums.files += 1;
      sums.bytes += item.size;
      sums.arrived += item.arrived;
      sums.busy += item.isBusy ? 1 : 0;
      sums.done += item.state === "done" ? 1 : 0;
      sums.open += ["waiting", "checking", "sending"].includes(item.state) ? 1 : 0;
      sums.failed += ["failed", "differs"].includes(item.state) ? 1 : 0;
      sums.lacking += item.state === "lacking" ? 1 : 0;
    }
    return sums;
  }

  async #load() {
    try {
      for (const upload of await this.wire.ask("GET", `/experiments/${this.experiment}/uploads`)) {
        const item = new Item(upload.name, upload.size);
        item.upload = upload;
        item.sha256 = upload.sha256 ?? "";
        item.state = upload.done_at ? "done" : "lacking";
        this.items.set(upload.name, item);
      }
    } catch (error) {
      this.loaded = null;
      this.problem = told(error);
    }
    this.changed();
  }

  #pump() {
    while (!this.paused && !this.problem) {
      const busy = [...this.items.values()].filter((item) => item.isBusy);
      const places = (this.own ? AT_ONCE : TO_STORE) - new Set(busy.map((item) => item.control)).size;
      const next = places > 0 ? this.#next() : [];
      if (!next.length) return;
      this.#run(next);
    }
  }

  /** Return the next file, and the small ones that go with it. */
  #next() {
    const some = [];
    let size = 0;
    for (const item of this.items.values()) {
      if (item.isBusy || item.isLeaving || !["waiting", "checking"].includes(item.state)) continue;
      const small = this.#isSmall(item);
      if (!some.length && !small) return [item];
      if (!small) continue;
      if (some.length && size + item.size > TOGETHER.bytes) break;
      some.push(item);
      size += item.size;
      if (some.length === TOGETHER.files) break;
    }
    return some;
  }

  #isSmall(item) {
    const begun = item.upload?.begun || item.state === "checking";
    return this.own && !begun && !item.alone && item.size <= TOGETHER.bytes;
  }

  async #run(items) {
    const control = new AbortController();
    for (const item of items) item.control = control;
    try {
      const [first] = items;
      if (first.state === "checking") await this.#compare(first);
      else if (this.#isSmall(first)) await this.#together(items, control.signal);
      else await this.#inParts(first, control.signal);
    } catch (error) {
      for (const item of items) if (item.state !== "done") this.#fail(item, error);
    }
    for (const item of items) item.control = null;
    this.changed();
    this.#pump();
  }

  async #compare(item) {
    const found = await this.hashing.of(item.file, item.size || 1);
    if (found === item.sha256) item.state = "done";
    else this.#differs(item, item.file);
  }

  async #together(items, signal) {
    for (const item of items) this.#state(item, "sending");
    await Promise.all(
      items.map(async (item) => {
        item.sha256 = await this.hashing.of(item.file, item.size || 1);
      }),
    );
    const announced = await this.#announce(items, signal);
    if (!announced.length) return;
    const query = announced.map((item) => `upload=${item.upload.id}`).join("&");
    const url = `${this.wire.base}/experiments/${this.experiment}/contents?${query}`;
    const progress = (count) => {
      let left = count;
      for (const item of announced) {
        item.sent.set(1, Math.min(left, item.size));
        left = Math.max(0, left - item.size);
      }
      this.changed();
    };
    try {
      await this.wire.send("PUT", url, new Blob(announced.map((item) => item.file)), OCTETS, {
        signal,
        progress,
        check: () => Promise.all(announced.map(readable)),
      });
      for (const item of announced) this.#state(item, "done");
    } catch (error) {
      if (!(error instanceof Refused && ANEW.has(error.status))) throw error;
      for (const item of announced) {
        item.alone = true; // by itself, its own error tells what is wrong
        this.#wait(item);
      }
    }
  }

  async #inParts(item, signal, again = true) {
    this.#state(item, "sending");
    if (!item.upload) await this.#announceWithNext(item, signal);
    if (item.state !== "sending") return; // refused, or there already
    const { id, part_size: partSize } = item.upload;
    const md5 = this.own ? null : new Promised();
    const whole = this.hashing.of(item.file, partSize, md5 ? (n, sum) => md5.tell(n, sum) : undefined);
    whole.catch((error) => md5?.fail(error)); // told where it is waited for
    const there = await this.#there(item, signal);
    const missing = [];
    for (let number = 1; number === 1 || (number - 1) * partSize < item.size; number += 1) {
      if (!there.has(number)) missing.push(number);
    }
    const lane = async () => {
      while (missing.length) await this.#part(item, missing.shift(), partSize, md5, signal);
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    item.sha256 = await whole;
    try {
      const upload = await this.wire.ask("POST", `/uploads/${id}/complete`, { sha256: item.sha256 }, signal);
      item.upload = upload;
      this.#state(item, "done");
    } catch (error) {
      if (!(again && error instanceof Refused && ANEW.has(error.status))) throw error;
      await this.wire.ask("DELETE", `/uploads/${id}`, undefined, signal);
      item.upload = null;
      item.sent.clear();
      await this.#inParts(item, signal, false);
    }
  }

  async #there(item, signal) {
    item.sent.clear();
    const found = new Set();
    if (!item.upload.begun) return found;
    const state = await this.wire.ask("GET", `/uploads/${item.upload.id}`, undefined, signal);
    for (const part of state.parts) {
      found.add(part.number);
      item.sent.set(part.number, part.size);
    }
    return found;
  }

  async #part(item, number, partSize, md5, signal) {
    const body = item.file.slice((number - 1) * partSize, number * partSize);
    const path = `/uploads/${item.upload.id}/parts/${number}`;
    let target = { url: this.wire.base + path, headers: OCTETS };
    if (md5) target = await this.wire.ask("POST", path, { md5: await md5.of(number) }, signal);
    item.upload.begun = true;
    await this.wire.send("PUT", target.url, body, target.headers, {
      signal,
      progress: (count) => {
        item.sent.set(number, count);
        this.changed();
      },
      check: () => readable(item),
    });
    item.sent.set(number, body.size);
  }

  /** Announce a file, and those that are sent after it: one request instead of one each. */
  async #announceWithNext(item, signal) {
    while (this.announcing) await this.announcing;
    if (item.upload) return;
    const next = [...this.items.values()].filter(
      (one) =>
        one !== item && one.state === "waiting" && !one.upload && !one.isLeaving && !this.#isSmall(one),
    );
    this.announcing = this.#announce([item, ...next.slice(0, PORTION - 1)], signal);
    await this.announcing.finally(() => {
      this.announcing = null;
    });
  }

  /** Announce files; return those that were taken. One that is refused holds up no other. */
  async #announce(items, signal) {
    const answered = this.#answered(items, signal);
    const over = answered.catch(() => {}); // told to whoever announces
    for (const item of items) item.announcing = over;
    try {
      return await answered;
    } finally {
      for (const item of items) item.announcing = null;
    }
  }

  async #answered(items, signal) {
    const path = `/experiments/${this.experiment}/uploads`;
    const taken = [];
    for (let start = 0; start < items.length; start += PORTION) {
      const some = items.slice(start, start + PORTION);
      try {
        const { uploads } = await this.wire.ask("POST", path, { files: some.map(described) }, signal);
        some.forEach((item, place) => {
          item.upload = uploads[place];
        });
        taken.push(...some);
      } catch (error) {
        if (!(error instanceof Refused) || error.status === 401) throw error;
        if (some.length === 1 && error.status === 409 && some[0].upload) {
          this.#differs(some[0], some[0].file);
        } else if (some.length === 1) this.#fail(some[0], error);
        else for (const item of some) taken.push(...(await this.#answered([item], signal)));
      }
    }
    for (const item of taken) if (item.upload.done_at) this.#state(item, "done");
    return taken.filter((item) => item.state !== "done");
  }

  #differs(item, file) {
    item.file = file;
    item.state = "differs";
    item.problem = "Another file of this name is in this deposit.";
    this.changed();
  }

  #wait(item) {
    item.state = "waiting";
    item.problem = "";
    item.sent.clear();
  }

  #fail(item, error) {
    if (error instanceof Stopped) {
      if (item.state !== "done") item.state = "waiting";
      return;
    }
    if (error instanceof Refused && error.status === 401) this.problem = told(error);
    item.state = "failed";
    item.problem = told(error);
    this.changed();
  }

  #state(item, state) {
    item.state = state;
    item.problem = "";
    this.changed();
  }
}

const OCTETS = { "Content-Type": "application/octet-stream" };

function described(item) {
  return {
    name: item.name,
    size: item.size,
    modified_at: new Date(item.file.lastModified).toISOString(),
    ...(item.sha256 ? { sha256: item.sha256 } : {}),
  };
}

/** Throw if a file can no longer be read: browsers do not let one read what has changed. */
async function readable({ file }) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Error("has changed, or is gone, since it was dropped. Drop it again.");
  }
}

function told(error) {
  return error.remedy ? `${error.message} ${error.remedy}` : error.message;
}

/** Values that are told one by one, each waited for by its number. */
class Promised {
  #all = new Map();
  #error = null;

  of(number) {
    return this.#one(number).promise;
  }

  tell(number, value) {
    this.#one(number).done(value);
  }

  fail(error) {
    this.#error = error;
    for (const one of this.#all.values()) one.failed(error);
  }

  #one(number) {
    if (!this.#all.has(number)) {
      const one = {};
      one.promise = new Promise((done, failed) => Object.assign(one, { done, failed }));
      one.promise.catch(() => {}); // told to whoever waits for it
      if (this.#error) one.failed(this.#error);
      this.#all.set(number, one);
    }
    return this.#all.get(number);
  }
}
