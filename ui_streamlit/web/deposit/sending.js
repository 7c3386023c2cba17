// How the bytes of files go to the lake: small ones together in one request where emfair itself takes
// them, large ones in parts, several at a time, to wherever emfair says. What does not belong here:
// which goes next (`queue`), and requests (`wire`).

import { Promised } from "./promised.js";
import { Refused } from "./wire.js";

const LANES = 3; // parts of one file
const ANEW = new Set([400, 404, 409, 422]); // what parts, one by one, may still settle
const OCTETS = { "Content-Type": "application/octet-stream" };

/** Thrown where some of the files that go together can no longer be read, and have failed. */
class Unreadable extends Error {}

export class Sending {
  constructor({ wire, hashing, experiment, queue, announcing, changed }) {
    Object.assign(this, { wire, hashing, experiment, queue, announcing, changed });
  }

  /** Send small files in one request. */
  async together(items, signal) {
    for (const item of items) item.becomes("sending");
    this.changed();
    const readable = await this.#hashed(items);
    const announced = await this.announcing.of(readable, signal);
    if (!announced.length) return;
    try {
      await this.#bodies(announced, signal);
      for (const item of announced) item.becomes("done");
    } catch (error) {
      const isAnew = error instanceof Refused && ANEW.has(error.status);
      if (!(isAnew || error instanceof Unreadable)) throw error;
      for (const item of announced.filter((one) => one.isMoving)) {
        item.alone ||= isAnew; // by itself, its own error tells what is wrong
        item.wait();
      }
    }
    this.changed();
  }

  /** Send a file in parts; what is there of it already is not sent. */
  async inParts(item, signal, again = true) {
    item.becomes("sending");
    this.changed();
    if (!item.upload) await this.announcing.withNext(item, () => this.queue.after(item), signal);
    if (item.state !== "sending") return; // refused, or there already
    item.sha256 = await this.#parts(item, signal);
    const path = `/uploads/${item.upload.id}`;
    try {
      const { sha256 } = item;
      item.upload = await this.wire.ask("POST", `${path}/complete`, { sha256 }, signal);
      item.becomes("done");
      this.changed();
    } catch (error) {
      if (!(again && error instanceof Refused && ANEW.has(error.status))) throw error;
      await this.wire.ask("DELETE", path, undefined, signal);
      item.upload = null;
      item.sent.clear();
      await this.inParts(item, signal, false);
    }
  }

  /** Make checksums; return the files that can be read. The others bear each its own error. */
  async #hashed(items) {
    const each = items.map(async (item) => {
      try {
        item.sha256 = await this.hashing.of(item.file, item.size || 1);
      } catch (error) {
        this.#fails(item, error);
      }
    });
    await Promise.all(each);
    return items.filter((item) => item.isMoving);
  }

  /** Find out which files can no longer be read; throw if there are some. */
  async #checkReadable(items) {
    const each = items.map((item) => item.checkReadable().catch((error) => this.#fails(item, error)));
    await Promise.all(each);
    if (!items.every((item) => item.isMoving)) throw new Unreadable();
  }

  #fails(item, error) {
    item.fails(error);
    item.sent.clear();
    this.changed();
  }

  async #bodies(items, signal) {
    const query = items.map((item) => `upload=${item.upload.id}`).join("&");
    const url = `${this.wire.base}/experiments/${this.experiment}/contents?${query}`;
    const progress = (count) => {
      let left = count;
      for (const item of items) {
        item.sent.set(1, Math.min(left, item.size));
        left = Math.max(0, left - item.size);
      }
      this.changed();
    };
    const check = () => this.#checkReadable(items);
    const body = new Blob(items.map((item) => item.file));
    await this.wire.send("PUT", url, body, OCTETS, { signal, progress, check });
  }

  /** Send the parts of a file that are not there; return its SHA-256. */
  async #parts(item, signal) {
    const { part_size: partSize } = item.upload;
    const md5 = this.queue.own ? null : new Promised();
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
    return whole;
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
      check: () => item.checkReadable(),
    });
    item.sent.set(number, body.size);
  }
}
