// The files of one deposit on their way: taken up, taken out, held and let go on.
//
// What arrived stays: whoever comes back drops the same files, and only what is missing is sent. What
// does not belong here: which goes next (`queue`), how it is announced (`announcing`) and sent
// (`sending`), and how it looks (`view`).

import { Announcing } from "./announcing.js";
import { Item, told } from "./item.js";
import { Queue } from "./queue.js";
import { Sending } from "./sending.js";
import { Unread } from "./unread.js";
import { Refused, Stopped } from "./wire.js";

const LANES = 3; // files that are taken out at once

export class Uploader {
  constructor({ wire, hashing, experiment, own, changed }) {
    this.wire = wire;
    this.hashing = hashing;
    this.changed = changed;
    this.queue = new Queue(own);
    this.announcing = new Announcing({ wire, experiment, changed });
    const { queue, announcing } = this;
    this.sending = new Sending({ wire, hashing, experiment, queue, announcing, changed });
    this.paused = false;
    this.problem = ""; // what concerns all of them
    this.unread = new Unread();
    this.loaded = null;
  }

  /** All files, by their names. */
  get items() {
    return this.queue.items;
  }

  /** How far it is (`Queue`). */
  get sums() {
    return this.queue.sums;
  }

  /** Whether emfair takes the bytes itself. */
  set own(own) {
    this.queue.own = own;
  }

  /** Learn which files are announced already, once. */
  load() {
    this.loaded ??= this.#load();
    return this.loaded;
  }

  /** Take files up; those that are there already are compared, not sent. `unread` cannot be had. */
  async add(found, unread = []) {
    this.unread.take(found, unread);
    this.changed();
    await this.load();
    for (const { name, file } of found) this.#take(name, file);
    this.problem = "";
    this.changed();
    this.#pump();
  }

  /** Tell that what was dropped could not be taken up; what is on its way goes on. */
  failsToTake(error) {
    this.unread.fails(error);
    this.changed();
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
      if (item.state === "failed" && item.file) item.wait();
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

  /** Forget files that were taken out elsewhere, by their uploads' identifiers. */
  forget(gone) {
    const known = new Set(gone);
    const some = [...this.items.values()].filter(({ upload }) => known.has(upload?.id));
    for (const item of some) this.items.delete(item.name);
    if (some.length) this.changed();
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

  async #load() {
    try {
      for (const upload of await this.announcing.known()) {
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

  #take(name, file) {
    const known = this.items.get(name);
    if (known?.isBusy) return;
    if (known && known.size !== file.size) {
      known.differs(file);
      return;
    }
    const item = known ?? new Item(name, file.size);
    item.file = file;
    item.problem = "";
    if (item.state !== "done") item.state = "waiting";
    else if (item.upload) item.state = "checking";
    this.items.set(name, item);
  }

  #pump() {
    while (!this.paused && !this.problem) {
      const next = this.queue.next();
      if (!next.length) return;
      this.#run(next);
    }
  }

  async #run(items) {
    const control = new AbortController();
    for (const item of items) item.control = control;
    try {
      const [first] = items;
      if (first.state === "checking") await this.#compare(first);
      else if (this.queue.isSmall(first)) await this.sending.together(items, control.signal);
      else await this.sending.inParts(first, control.signal);
    } catch (error) {
      for (const item of items) if (item.isMoving) this.#fail(item, error);
    }
    for (const item of items) item.control = null;
    this.changed();
    this.#pump();
  }

  async #compare(item) {
    const found = await this.hashing.of(item.file, item.size || 1);
    if (found === item.sha256) item.state = "done";
    else item.differs(item.file);
  }

  #fail(item, error) {
    if (error instanceof Refused && error.status === 401) this.problem = told(error);
    item.fails(error);
    if (!(error instanceof Stopped)) this.changed();
  }
}
