// One file on its way: where it is, how much of it has arrived, what is wrong with it. What does not
// belong here: when it is sent (`queue`), and how (`sending`).

import { storeOf } from "./stores.js";
import { Stopped } from "./wire.js";

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
    this.alone = false; // whether it is sent by itself, however small
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

  /** Whether it is being sent or compared: what comes of that is not known yet. */
  get isMoving() {
    return this.state === "sending" || this.state === "checking";
  }

  /** How emfair is told of it. */
  get described() {
    return {
      name: this.name,
      size: this.size,
      modified_at: new Date(this.file.lastModified).toISOString(),
      ...(this.sha256 ? { sha256: this.sha256 } : {}),
    };
  }

  /** Be in another state, with nothing wrong. */
  becomes(state) {
    this.state = state;
    this.problem = "";
  }

  /** Be sent anew. */
  wait() {
    this.becomes("waiting");
    this.sent.clear();
  }

  /** Be another file than the one of this name that is there. */
  differs(file) {
    this.file = file;
    this.state = "differs";
    this.problem = "Another file of this name is in this deposit.";
  }

  /** Come to nothing, or wait on where a person has stopped it. */
  fails(error) {
    if (error instanceof Stopped) {
      if (this.state !== "done") this.state = "waiting";
      return;
    }
    this.state = "failed";
    this.problem = told(error);
  }

  /** Throw if it can no longer be read: browsers do not let one read what has changed. */
  async checkReadable() {
    try {
      await this.file.slice(0, 1).arrayBuffer();
    } catch {
      throw new Error(
        "cannot be read: it has changed or is gone since it was dropped, or is locked. Drop it again.",
      );
    }
  }
}

/** Return an error in words: what happened, and what to do. */
export function told(error) {
  return error.remedy ? `${error.message} ${error.remedy}` : error.message;
}
