// One comfort that the pages work without: "/" goes to the search. The About page switches it off.
const STORE = "custodes.shortcut";
const search = document.querySelector("#search");
const hint = document.querySelector("#search-key");
const shortcuts = document.querySelector("#shortcuts");
const control = document.querySelector("#shortcut-switch");

const isOn = () => localStorage.getItem(STORE) !== "off";

const inField = (element) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName));

const show = () => {
  hint.hidden = !isOn();
  if (control) {
    control.setAttribute("aria-pressed", String(isOn()));
    control.textContent = isOn() ? "Shortcut is on" : "Shortcut is off";
  }
};

document.addEventListener("keydown", (event) => {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (event.key === "/" && !modified && !inField(event.target) && isOn()) {
    event.preventDefault();
    search.focus();
    search.select();
  }
});

if (control) {
  shortcuts.hidden = false;
  control.addEventListener("click", () => {
    localStorage.setItem(STORE, isOn() ? "off" : "on");
    show();
  });
}
show();
