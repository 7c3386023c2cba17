// The component's entry: one uploader an experiment, which lives on while the page is drawn anew or
// another page is looked at; leaving the app altogether is asked about first.

import { Hashing } from "./hashing.js";
import { take } from "./taking.js";
import { Uploader } from "./uploader.js";
import { View } from "./view.js";
import { Wire } from "./wire.js";

const QUIET = 1500; // milliseconds between two words to the page
const uploaders = new Map();
const views = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  const held = uploaders.get(data.experiment) ?? begin(data);
  held.uploader.wire.pass = data.pass;
  held.uploader.own = data.own;
  let view = views.get(parentElement);
  if (!view) {
    view = new View(parentElement.querySelector(".em-deposit"), take);
    views.set(parentElement, view);
  }
  held.view = view;
  held.tell = ({ open, unsent }) => setTriggerValue("arrived", { open, unsent });
  held.timer ||= setTimeout(() => hear(held), QUIET); // what arrived while nobody looked
  view.show(held.uploader);
  held.uploader.load();
  held.uploader.forget(data.gone);
  return () => {
    views.delete(parentElement);
    if (held.view === view) Object.assign(held, { view: null, tell: null });
  };
}

function begin(data) {
  const held = { view: null, tell: null, told: "", timer: 0 };
  const wire = new Wire(data.api, (offline) => {
    held.uploader.offline = offline;
    held.view?.changed();
  });
  const hashing = new Hashing(new URL("./hasher.js", import.meta.url));
  const { experiment, own } = data;
  const changed = () => {
    held.view?.changed();
    held.timer ||= setTimeout(() => hear(held), QUIET);
  };
  held.uploader = new Uploader({ wire, hashing, experiment, own, changed });
  uploaders.set(experiment, held);
  return held;
}

/** Tell the page how many are on their way or cannot be sent, where something has arrived or come. */
function hear(held) {
  held.timer = 0;
  const sums = held.uploader.sums;
  const told = `${sums.done}/${sums.files}/${sums.open}/${sums.unsent}`;
  if (told === held.told || !held.tell) return;
  held.told = told;
  held.tell(sums);
}

addEventListener("online", () => {
  for (const { uploader } of uploaders.values()) uploader.wire.wake();
});
addEventListener("beforeunload", (event) => {
  if ([...uploaders.values()].some(({ uploader }) => uploader.sums.busy)) event.preventDefault();
});
