// A worker that reads a file once and tells its SHA-256, and each part's MD5 where one is asked for.

import { createMD5, createSHA256 } from "hash-wasm";

const BLOCK = 4 << 20;

self.onmessage = async ({ data: { id, file, partSize, parts } }) => {
  try {
    const whole = await createSHA256();
    const part = parts ? await createMD5() : null;
    for (let start = 0, number = 1; number === 1 || start < file.size; number += 1) {
      const end = Math.min(start + partSize, file.size);
      part?.init();
      for (; start < end; start += BLOCK) {
        const block = new Uint8Array(await file.slice(start, Math.min(start + BLOCK, end)).arrayBuffer());
        whole.update(block);
        part?.update(block);
      }
      start = end;
      if (part) self.postMessage({ id, number, md5: part.digest() });
    }
    self.postMessage({ id, sha256: whole.digest() });
  } catch (error) {
    self.postMessage({ id, error: `cannot be read (${error.message})` });
  }
};
