// All files of a deposit, and which of them are sent next: how many at once, which together. Nothing
// is sent here (`sending`).

const AT_ONCE = 3; // files, or requests of small ones, that emfair takes itself
const TO_STORE = 6; // files, each of which takes several requests
const TOGETHER = { files: 64, bytes: 16 << 20 };
const OPEN = new Set(["waiting", "checking", "sending"]);
const IN_THE_WAY = new Set(["failed", "differs"]);

export class Queue {
  items = new Map(); // by name

  /** @param own whether emfair takes the bytes itself */
  constructor(own) {
    this.own = own;
  }

  /** Return the next file, and the small ones that go with it; none where all places are taken. */
  next() {
    return this.#places > 0 ? this.#first() : [];
  }

  /** Return the files that are sent after one, in parts as it is, and are not announced yet. */
  after(item) {
    return [...this.items.values()].filter(
      (one) =>
        one !== item && one.state === "waiting" && !one.upload && !one.isLeaving && !this.isSmall(one),
    );
  }

  /** Whether a file goes together with others. */
  isSmall(item) {
    const begun = item.upload?.begun || item.state === "checking";
    return this.own && !begun && !item.alone && item.size <= TOGETHER.bytes;
  }

  /** Return how far it is: files and bytes, and what is still to do. */
  get sums() {
    const sums = { files: 0, done: 0, bytes: 0, arrived: 0, busy: 0, open: 0 };
    Object.assign(sums, { failed: 0, unsent: 0, lacking: 0 });
    for (const item of this.items.values()) {
      sums.files += 1;
      sums.bytes += item.size;
      sums.arrived += item.arrived;
      sums.busy += item.isBusy ? 1 : 0;
      sums.done += item.state === "done" ? 1 : 0;
      sums.open += OPEN.has(item.state) ? 1 : 0;
      sums.failed += IN_THE_WAY.has(item.state) ? 1 : 0;
      sums.unsent += item.state === "failed" ? 1 : 0;
      sums.lacking += item.state === "lacking" ? 1 : 0;
    }
    return sums;
  }

  get #places() {
    const busy = [...this.items.values()].filter((item) => item.isBusy);
    return (this.own ? AT_ONCE : TO_STORE) - new Set(busy.map((item) => item.control)).size;
  }

  #first() {
    const some = [];
    let size = 0;
    for (const item of this.items.values()) {
      if (item.isBusy || item.isLeaving || !["waiting", "checking"].includes(item.state)) continue;
      const small = this.isSmall(item);
      if (!some.length && !small) return [item];
      if (!small) continue;
      if (some.length && size + item.size > TOGETHER.bytes) break;
      some.push(item);
      size += item.size;
      if (some.length === TOGETHER.files) break;
    }
    return some;
  }
}
