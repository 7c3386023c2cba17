// Leaving the app is asked about while something that was typed would be lost: what the page says is
// not saved, and what stands in a text field without the page having heard of it. Another page of the
// app is no leaving: what was typed outlives a look at it.

const TYPED = "[data-testid=stTextInput] input, [data-testid=stTextArea] textarea";
let unsaved = false;
let isShown = false;
let began = ""; // what stood in the field that is typed into when the page heard of it last

export default function mount({ data }) {
  unsaved = data.unsaved;
  isShown = true;
  return () => { isShown = false; };
}

function field() {
  const found = document.activeElement;
  return found?.matches(TYPED) ? found : null;
}

function heard() {
  began = field()?.value ?? "";
}

addEventListener("focusin", heard);
addEventListener("keydown", ({ key }) => { if (key === "Enter") heard(); }, true);
addEventListener("beforeunload", (event) => {
  const typed = isShown && field();
  if (unsaved || (typed && typed.value !== began)) event.preventDefault();
});
