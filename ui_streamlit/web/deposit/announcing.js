// Telling emfair which files come, in portions. What is announced must arrive before the seal, so a file
// that cannot be read is not. What does not belong here: their bytes (`sending`).

import { Refused, Stopped } from "./wire.js";

const PORTION = 100; // files that are announced at once

export class Announcing {
  #going = null; // a promise, while files that are sent in parts are announced

  constructor({ wire, experiment, changed }) {
    this.wire = wire;
    this.path = `/experiments/${experiment}/uploads`;
    this.changed = changed;
  }

  /** Return what is announced already. */
  known() {
    return this.wire.ask("GET", this.path);
  }

  /** Announce a file, and those that `next` returns: one request instead of one each. */
  async withNext(item, next, signal) {
    while (this.#going) await this.#going;
    if (item.upload) return;
    this.#going = this.#readable([item, ...next().slice(0, PORTION - 1)], signal);
    await this.#going.finally(() => {
      this.#going = null;
    });
  }

  /** Announce those of the files that can be read. */
  async #readable(items, signal) {
    const each = items.map((item) => item.checkReadable().catch((error) => item.fails(error)));
    await Promise.all(each);
    this.changed();
    if (signal.aborted) throw new Stopped();
    await this.of(items.filter((item) => item.state !== "failed" && !item.isLeaving), signal);
  }

  /** Announce files; return those that were taken. One that is refused holds up no other. */
  async of(items, signal) {
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
    const taken = [];
    for (let start = 0; start < items.length; start += PORTION) {
      const some = items.slice(start, start + PORTION);
      try {
        const files = some.map((item) => item.described);
        const { uploads } = await this.wire.ask("POST", this.path, { files }, signal);
        some.forEach((item, place) => {
          item.upload = uploads[place];
        });
        taken.push(...some);
      } catch (error) {
        if (!(error instanceof Refused) || error.status === 401) throw error;
        if (some.length > 1) for (const item of some) taken.push(...(await this.#answered([item], signal)));
        else this.#refused(some[0], error);
      }
    }
    for (const item of taken) if (item.upload.done_at) item.becomes("done");
    this.changed();
    return taken.filter((item) => item.state !== "done");
  }

  #refused(item, error) {
    if (error.status === 409 && item.upload) item.differs(item.file);
    else item.fails(error);
    this.changed();
  }
}
