// Requests to emfair and its store: bodies whose progress is told, trying again, and errors.

const LONGEST = 30_000; // milliseconds between two tries
const PATIENCE = 15 * 60_000; // milliseconds for which the same request is tried
const PASSING = new Set([0, 408, 429, 502, 503, 504]);

/** What the server refused: `message` and `remedy` are for people. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || `the server answered ${status}.`);
    this.status = status;
    this.remedy = problem.remedy || "";
  }
}

/** Thrown where a person paused or took a file out. */
export class Stopped extends Error {}

export class Wire {
  #held = new Set();

  /**
   * @param base where the API is, `/api/v1`
   * @param waiting called with true while the network does not answer, with false when it does
   */
  constructor(base, waiting) {
    this.base = base;
    this.pass = "";
    this.waiting = waiting;
  }

  /** Return the answer to a request with a JSON document, as an object. */
  ask(method, path, document, signal) {
    const body = document === undefined ? undefined : JSON.stringify(document);
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    return this.send(method, this.base + path, body, headers, { signal });
  }

  /**
   * Return the answer to a request, tried until patience ends; `progress` hears the bytes that
   * are on their way of this try, from 0 again with each. Before another try `check` may find out
   * that none is of use, and throw.
   */
  async send(method, url, body, headers, { signal, progress, check } = {}) {
    const since = Date.now();
    for (let tries = 0; ; tries += 1) {
      const answer = await this.#once(method, url, body, headers, signal, progress);
      if (answer.status === 0) await check?.();
      if (!PASSING.has(answer.status)) {
        this.waiting(false);
        if (answer.status >= 200 && answer.status < 300) return answer.document;
        throw new Refused(answer.status, answer.document ?? {});
      }
      if (Date.now() - since > PATIENCE) {
        throw new Refused(answer.status, {
          detail: "the server does not answer.",
          remedy: "Check the network, then press Go on: what has arrived stays.",
        });
      }
      this.waiting(answer.status === 0);
      const told = 1000 * Number(answer.retryAfter || 0);
      await this.#pause(Math.max(told, Math.min(LONGEST, 500 * 2 ** tries)), signal);
    }
  }

  /** Try again at once what waits: the network is back. */
  wake() {
    for (const go of this.#held) go();
  }

  #pause(milliseconds, signal) {
    return new Promise((done, failed) => {
      const end = (how) => {
        clearTimeout(timer);
        this.#held.delete(go);
        signal?.removeEventListener("abort", stop);
        how();
      };
      const go = () => end(done);
      const stop = () => end(() => failed(new Stopped()));
      const timer = setTimeout(go, milliseconds * (0.75 + Math.random() / 2));
      this.#held.add(go);
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted) stop();
    });
  }

  #once(method, url, body, headers, signal, progress) {
    return new Promise((done, failed) => {
      if (signal?.aborted) return failed(new Stopped());
      const request = new XMLHttpRequest(); // fetch tells no progress of what is sent
      const stop = () => request.abort();
      const end = (how) => {
        signal?.removeEventListener("abort", stop);
        how();
      };
      request.open(method, url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (this.pass && url.startsWith(this.base)) {
        request.setRequestHeader("Authorization", `Bearer ${this.pass}`);
      }
      request.upload.onprogress = (event) => progress?.(event.loaded);
      request.onload = () =>
        end(() =>
          done({
            status: request.status,
            document: parsed(request.responseText),
            retryAfter: request.getResponseHeader("Retry-After"),
          }),
        );
      request.onerror = () => end(() => done({ status: 0 }));
      request.onabort = () => end(() => failed(new Stopped()));
      signal?.addEventListener("abort", stop, { once: true });
      progress?.(0);
      request.send(body);
      return undefined;
    });
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a store answers XML, a proxy HTML: the status tells
  }
}
