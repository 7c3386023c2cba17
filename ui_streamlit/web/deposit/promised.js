// Values that are told one by one, each waited for by its number.

export class Promised {
  #all = new Map();
  #error = null;

  of(number) {
    return this.#one(number).promise;
  }

  tell(number, value) {
    this.#one(number).done(value);
  }

  /** Fail whoever waits for one, now or later. */
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
