// Checksums, made in workers so that the page stays quick.

const WORKERS = 2; // one reads while the other computes; more only wait for the disk

export class Hashing {
  #workers = [];
  #waiting = [];
  #running = new Map();
  #next = 1;

  constructor(url) {
    this.url = url;
  }

  /**
   * Return the promise of a file's SHA-256; `onPart(number, md5)` hears of each part if given.
   * A file that changes or vanishes while it is read is an error.
   */
  of(file, partSize, onPart) {
    return new Promise((done, failed) => {
      this.#waiting.push({ id: this.#next++, file, partSize, onPart, done, failed });
      this.#begin();
    });
  }

  /** End all workers; what is not done never is. */
  end() {
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
    this.#waiting = [];
    this.#running.clear();
  }

  #begin() {
    const idle = this.#workers.find((worker) => !this.#running.has(worker)) ?? this.#another();
    if (!idle || !this.#waiting.length) return;
    const job = this.#waiting.shift();
    this.#running.set(idle, job);
    const { id, file, partSize, onPart } = job;
    idle.postMessage({ id, file, partSize, parts: Boolean(onPart) });
  }

  #another() {
    if (this.#workers.length >= WORKERS) return undefined;
    const worker = new Worker(this.url, { type: "module" });
    worker.onmessage = ({ data }) => this.#hear(worker, data);
    worker.onerror = (event) =>
      this.#hear(worker, { error: `checksums cannot be made here (${event.message})` });
    this.#workers.push(worker);
    return worker;
  }

  #hear(worker, data) {
    const job = this.#running.get(worker);
    if (!job) return;
    if (data.md5) {
      job.onPart(data.number, data.md5);
      return;
    }
    this.#running.delete(worker);
    if (data.error) job.failed(new Error(data.error));
    else job.done(data.sha256);
    this.#begin();
  }
}
