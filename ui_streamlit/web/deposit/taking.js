// Taking up what a person dropped or chose. Whatever goes wrong is told on the page.

import { chosen, dropped } from "./files.js";

/** Give an uploader what was dropped (a DataTransfer) or chosen (a list of files). */
export async function take(what, uploader) {
  try {
    const { found, unread } = Array.isArray(what) ? chosen(what) : await dropped(what);
    await uploader.add(found, unread);
  } catch (error) {
    uploader.failsToTake(error);
  }
}
