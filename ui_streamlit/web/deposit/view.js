// How a deposit looks in the page: where files are dropped, how far all are, and each one's line
// (`lines`).

import { Lines, text } from "./lines.js";
import { told } from "./stores.js";
import { bytes, counted, duration } from "./words.js";

const WINDOW = 8000; // milliseconds over which the speed is measured

export const TEMPLATE = `
<div class="zone">
  <p class="call"><strong>Drop files or whole folders here</strong>
  <span class="soft">They go straight to the lake, of any size; companions such as .hdr and .raw belong together.</span></p>
  <div class="row">
    <button type="button" class="files">Choose files</button>
    <button type="button" class="folder">Choose a folder</button>
  </div>
  <input class="pick-files" type="file" multiple hidden><input class="pick-folder" type="file" webkitdirectory hidden>
</div>
<p class="trouble" role="alert" hidden></p>
<p class="unread" role="alert" hidden></p>
<div class="all" hidden>
  <div class="row">
    <div class="sums" role="status"></div>
    <span class="ways"><button type="button" class="leave" hidden></button>
    <button type="button" class="pause"></button></span>
  </div>
  <progress class="total" max="1" value="0" aria-label="All files"></progress>
  <ul class="list" tabindex="0" aria-label="Files of this deposit"></ul>
  <p class="more soft"></p>
</div>`;

export class View {
  #uploader = null;
  #due = 0;
  #samples = [];
  #stores = new Map();

  constructor(root, take) {
    this.root = root;
    this.take = take; // hears of what is dropped or chosen, and for which uploader
    root.innerHTML = TEMPLATE;
    this.lines = new Lines(this.#find("list"), this.#find("more"), () => this.#uploader);
    this.#listen();
  }

  /** Show an uploader from now on. */
  show(uploader) {
    this.#uploader = uploader;
    this.changed();
  }

  /** Draw anew, soon: once a frame at most. */
  changed() {
    this.#due ||= requestAnimationFrame(() => {
      this.#due = 0;
      if (this.#uploader) this.#draw();
    });
  }

  #find(name) {
    return this.root.querySelector(`.${name}`);
  }

  #listen() {
    const zone = this.#find("zone");
    const stop = (event) => event.preventDefault();
    zone.addEventListener("dragover", (event) => {
      stop(event);
      zone.classList.add("over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      stop(event);
      zone.classList.remove("over");
      this.take(event.dataTransfer, this.#uploader);
    });
    for (const kind of ["files", "folder"]) {
      const input = this.#find(`pick-${kind}`);
      this.#find(kind).addEventListener("click", () => input.click());
      input.addEventListener("change", () => {
        this.take([...input.files], this.#uploader);
        input.value = "";
      });
    }
    this.#find("pause").addEventListener("click", () => {
      const { paused, problem, sums } = this.#uploader;
      if (paused || problem || !sums.open) this.#uploader.resume();
      else this.#uploader.pause();
    });
    this.#find("leave").addEventListener("click", () => this.#uploader.removeAll(this.#unsent()));
  }

  #draw() {
    const uploader = this.#uploader;
    const sums = uploader.sums;
    this.#find("all").hidden = sums.files === 0;
    this.#tell("trouble", uploader.problem);
    this.#tell("unread", uploader.unread.told);
    const total = this.#find("total");
    total.max = Math.max(1, sums.bytes);
    total.value = sums.bytes ? sums.arrived : sums.done;
    text(this.#find("sums"), this.#summary(sums));
    const pause = this.#find("pause");
    const moving = sums.open > 0 && !uploader.paused && !uploader.problem;
    const again = [...uploader.items.values()].some((one) => one.state === "failed" && one.file);
    pause.hidden = !sums.open && !again;
    text(pause, moving ? "Pause" : sums.open ? "Go on" : "Try again");
    const leave = this.#find("leave");
    leave.hidden = !sums.unsent;
    leave.disabled = this.#unsent().some((item) => item.isLeaving);
    text(leave, sums.unsent === 1 ? "Take it out" : `Take the ${counted(sums.unsent, "file")} out`);
    this.lines.draw(told(uploader.items.values(), this.#stores));
  }

  /** What came to nothing, and may hold up the seal. */
  #unsent() {
    return [...this.#uploader.items.values()].filter((item) => item.state === "failed");
  }

  #tell(name, words) {
    const line = this.#find(name);
    line.hidden = !words;
    text(line, words);
  }

  #summary(sums) {
    const parts = [`${sums.done.toLocaleString("en")} of ${counted(sums.files, "file")} arrived`];
    parts.push(`${bytes(sums.arrived)} of ${bytes(sums.bytes)}`);
    if (this.#uploader.paused && sums.open) parts.push("paused");
    else if (this.#uploader.offline) parts.push("the network does not answer: it goes on by itself");
    else if (sums.open) parts.push(...this.#speed(sums));
    if (sums.unsent) parts.push(`${counted(sums.unsent, "file")} not sent`);
    if (sums.lacking) parts.push(`${counted(sums.lacking, "file")} to drop again`);
    return parts.join(" · ");
  }

  #speed(sums) {
    const now = performance.now();
    const last = this.#samples.at(-1);
    if (!last || now - last.time > 250) this.#samples.push({ time: now, arrived: sums.arrived });
    this.#samples = this.#samples.filter(({ time }) => now - time < WINDOW);
    const first = this.#samples[0];
    const seconds = (now - first.time) / 1000;
    const rate = (sums.arrived - first.arrived) / seconds;
    if (seconds < 1 || rate <= 0) return [];
    return [`${bytes(rate)}/s`, `${duration((sums.bytes - sums.arrived) / rate)} left`];
  }
}
