// A list of files, or of what is one file to people, each on a line with how far it is; what is in a
// store unfolds. What people named is always set as text, never as markup.

import { Store, ranked } from "./stores.js";
import { bytes, counted } from "./words.js";

const SHOWN = 60; // lines: more are told as a number
const WORDS = {
  lacking: "drop it again to go on",
  waiting: "waits",
  checking: "compared with what is there",
  sending: "on its way",
  done: "arrived",
  differs: "another one is there",
  failed: "not sent",
};
const ALL_WORDS = { ...WORDS, differs: "other files are there", failed: "not all are sent" };

export class Lines {
  #lines = new Map();

  /**
   * @param uploader returns the uploader whose files are shown
   * @param above the folder that all of them lie in, which goes without saying
   */
  constructor(list, more, uploader, above = "") {
    this.list = list;
    this.more = more;
    this.uploader = uploader;
    this.above = above;
  }

  /** Show entries in this order. */
  draw(entries) {
    const shown = entries.slice(0, SHOWN);
    const wanted = new Set(shown);
    for (const [entry, line] of this.#lines) {
      if (!wanted.has(entry)) {
        line.remove();
        this.#lines.delete(entry);
      }
    }
    shown.forEach((entry, place) => {
      const line = this.#lines.get(entry) ?? this.#line(entry);
      this.#lines.set(entry, line);
      const there = this.list.children[place];
      if (there !== line) this.list.insertBefore(line, there ?? null);
      if (entry instanceof Store) this.#drawStore(line, entry);
      else this.#drawFile(line, entry);
    });
    const more = entries.length - shown.length;
    text(this.more, more > 0 ? `and ${counted(more, "file")} more` : "");
  }

  #line(entry) {
    const line = document.createElement("li");
    line.innerHTML = `<span class="name"></span><span class="size soft"></span>
      <progress max="1" value="0"></progress><span class="state"></span>
      <button type="button" class="replace" hidden>Send mine instead</button>
      <button type="button" class="remove" title="Take it out">×</button>
      <code class="sum soft" title="SHA-256"></code>`;
    line.querySelector("progress").setAttribute("aria-label", entry.name);
    const remove = line.querySelector(".remove");
    remove.setAttribute("aria-label", `Take ${entry.name} out`);
    if (entry instanceof Store) {
      remove.addEventListener("click", () => this.uploader().removeAll(entry.items));
      this.#unfolding(line, entry);
      return line;
    }
    line.querySelector(".name").textContent = entry.name.slice(this.above.length);
    line.querySelector(".size").textContent = bytes(entry.size);
    remove.addEventListener("click", () => this.uploader().remove(entry));
    line.querySelector(".replace").addEventListener("click", () => this.uploader().replace(entry));
    return line;
  }

  #unfolding(line, store) {
    line.querySelector(".name").innerHTML = `<button type="button" class="unfold"
      aria-expanded="false"><span class="called"></span></button><span class="soft count"></span>`;
    line.querySelector(".called").textContent = store.name;
    const within = document.createElement("div");
    within.className = "within";
    within.hidden = true;
    within.innerHTML = `<ul class="list"></ul><p class="more soft"></p>`;
    within.firstElementChild.setAttribute("aria-label", `Files in ${store.name}`);
    line.append(within);
    const [list, more] = within.children;
    line.within = new Lines(list, more, this.uploader, `${store.name}/`);
    const button = line.querySelector(".unfold");
    button.addEventListener("click", () => {
      within.hidden = !within.hidden;
      button.setAttribute("aria-expanded", String(!within.hidden));
      if (!within.hidden) line.within.draw(ranked([...store.items]));
    });
  }

  #drawStore(line, store) {
    const { state, size, arrived, done, items } = store;
    line.className = `store ${state}`;
    text(line.querySelector(".count"), counted(items.length, "file"));
    text(line.querySelector(".size"), bytes(size));
    const bar = line.querySelector("progress");
    bar.max = Math.max(1, size);
    bar.value = size ? arrived : Number(state === "done");
    const far = `${done.toLocaleString("en")} of ${items.length.toLocaleString("en")} arrived`;
    const some = state !== "done" && state !== "failed" && state !== "differs" && done > 0;
    const leaving = items.some((item) => item.isLeaving);
    const words = leaving ? "is being taken out" : some ? far : ALL_WORDS[state];
    text(line.querySelector(".state"), words);
    line.querySelector(".remove").disabled = leaving;
    if (!line.querySelector(".within").hidden) line.within.draw(ranked([...items]));
  }

  #drawFile(line, item) {
    line.className = item.state;
    const bar = line.querySelector("progress");
    bar.max = Math.max(1, item.size);
    bar.value = item.size ? item.arrived : Number(item.state === "done");
    text(line.querySelector(".state"), item.problem || WORDS[item.state]);
    line.querySelector(".replace").hidden = item.state !== "differs";
    const sum = item.state === "done" ? item.sha256 : "";
    text(line.querySelector(".sum"), sum && `SHA-256 ${sum}`);
  }
}

/** Set a text where it is another one. */
export function text(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
