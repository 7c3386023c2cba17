// What tests of an uploader stand on: a server in memory, checksums that cost nothing, files.

import assert from "node:assert/strict";

import { Uploader } from "../deposit/uploader.js";
import { Refused, Stopped } from "../deposit/wire.js";

export const PART = 16 << 20;

/** A server: announced files, their parts, and a list of all that was asked. */
export class Server {
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

  async send(method, url, body, headers, { signal, progress, check } = {}) {
    this.asked.push(`${method} ${url.split("?")[0]}`);
    progress?.(body.size);
    await this.hold;
    if (signal?.aborted) throw new Stopped();
    if (body.parts?.some((part) => part.isGone)) await check?.(); // no browser sends such a body
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
    if (file.isLocked) throw new Error("cannot be read (permission problems)");
    for (let number = 1; onPart && (number - 1) * partSize < Math.max(file.size, 1); number += 1) {
      onPart(number, `md5-${number}`);
    }
    return `sha-${file.text ?? file.size}`;
  },
};

export function uploader(server, own = true) {
  return new Uploader({ wire: server, hashing, experiment: "e-1", own, changed: () => {} });
}

export function file(name, size, text) {
  const content = {
    size, text, lastModified: 0,
    slice: (start, end) => ({
      size: Math.min(end, size) - start,
      arrayBuffer: async () => {
        if (content.isGone || content.isLocked) throw new Error("not found");
      },
    }),
  };
  return { name, file: content };
}

export async function settled(one) {
  for (const until = performance.now() + 10_000; performance.now() < until; ) {
    await new Promise((done) => setImmediate(done));
    if (!one.sums.busy && !(one.sums.open && !one.paused && !one.problem)) return;
  }
  assert.fail("it never comes to rest");
}

globalThis.Blob = class {
  constructor(parts) {
    this.parts = parts;
    this.size = parts.reduce((sum, part) => sum + part.size, 0);
  }
};

export const states = (one) => [...one.items.values()].map(({ name, state }) => `${name} ${state}`);
