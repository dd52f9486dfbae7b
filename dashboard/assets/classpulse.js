/* What only a browser can do: dialogues, presenting, keys. The delta feed is in delta_feed.js. */
window.dash_clientside = Object.assign({}, window.dash_clientside, {
  classpulse: {
    /** Open or close a dialogue. */
    toggle: function (clicks, opened) {
      return clicks ? !opened : window.dash_clientside.no_update;
    },
    /** What the button for presenting offers; it has been pressed by then. */
    present: function () {
      return presenting() ? said("stop_presenting") : said("present");
    },
    /** Name a file field, which Dash leaves without a label, by the words around it. */
    named: function (id) {
      function named() {
        const box = document.getElementById(id);
        const field = box && box.querySelector("input[type=file]");
        if (field) { field.setAttribute("aria-label", box.textContent); }
        return field;
      }
      // The field comes in a script of its own, which may still be on its way.
      if (!named()) {
        new MutationObserver(function (_, watching) {
          if (named()) { watching.disconnect(); }
        }).observe(document.body, { childList: true, subtree: true });
      }
      return window.dash_clientside.no_update;
    },
    keys_shown: function () { return keysOn(); },
    keys_chosen: function (on) { keep("classpulse-keys", on); return window.dash_clientside.no_update; },
    close: function (clicks) {
      return clicks ? false : window.dash_clientside.no_update;
    },
  },
});

/* The server wrote these words in the viewer's language into the document. */
let words = null;
function said(key, values) {
  words = words || JSON.parse(document.getElementById("cp-words").textContent);
  return words[key].replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
}
function span(seconds) {
  return seconds < 90 ? said("seconds", { n: Math.round(seconds) })
                      : said("minutes", { n: Math.round(seconds / 60) });
}

function presenting() { return document.documentElement.hasAttribute("data-cp-present"); }
/* A browser that presents goes on presenting after a reload: names must not flash up. */
function setPresenting(on) {
  document.documentElement.toggleAttribute("data-cp-present", on);
  keep("classpulse-present", on);
}
/* What this browser chose, also where it keeps nothing: then until the page is left. */
const chosen = {};
function keep(name, on) {
  chosen[name] = on;
  document.documentElement.toggleAttribute("data-cp-keys-off", !keysOn());
  try { localStorage.setItem(name, on ? "1" : "0"); } catch { /* for now only */ }
}
function kept(name, otherwise) {
  if (!(name in chosen)) {
    let found = null;
    try { found = localStorage.getItem(name); } catch { /* not kept */ }
    chosen[name] = found === null ? otherwise : found === "1";
  }
  return chosen[name];
}
function keysOn() { return kept("classpulse-keys", true); }
setPresenting(kept("classpulse-present", false));
/* Here and not in Dash's callback, which answers two quick presses once: a second press would be
   lost, and names would wait for the queue before they go. Caught on its way down, before Dash. */
document.addEventListener("click", function (event) {
  if (event.target.closest("#present")) { setPresenting(!presenting()); }
}, true);

document.addEventListener("keydown", function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey) { return; }
  if (!keysOn()) { return; }
  if (event.target.closest("input, textarea, select, [contenteditable], [role=dialog]")) { return; }
  const present = document.getElementById("present");
  if (event.repeat) { return; }
  if (event.key === "p" && present) { present.click(); }
  if (event.key === "i") { press("#bands-open", 0, true); }
  if (event.key === "?") { press("#keys-open", 0, true); }
  const field = document.getElementById("marker-label");
  if (field && "1234".includes(event.key)) { press(".cp-quick button", Number(event.key) - 1); }
  // While names are hidden nobody can see whom they would let in, nor the fields to write in.
  if (presenting()) { return; }
  if (event.key === "m") { enter(event, field); }
  if (event.key === "/") { enter(event, document.getElementById("student-search")); }
  // Nothing that one key does refuses or dismisses anybody.
  if (event.key === "a") { press("#live-waiting button", 0); }
});

function enter(event, field) {
  if (field) { event.preventDefault(); field.focus(); }
}

/* ``opens``: the button opens a dialogue, and has the focus again once that is closed. */
function press(buttons, at, opens) {
  const found = document.querySelectorAll(buttons)[at];
  if (found && opens) { found.focus(); }
  if (found) { found.click(); }
}

/* The languages fold away once somebody turns elsewhere. */
function foldLanguages(event) {
  const menu = document.querySelector(".cp-language-menu[open]");
  if (!menu || (event.type === "click" && menu.contains(event.target))) { return; }
  if (event.type === "keydown" && event.key !== "Escape") { return; }
  menu.open = false;
  if (event.type === "keydown") { menu.querySelector("summary").focus(); }
}
document.addEventListener("click", foldLanguages);
document.addEventListener("keydown", foldLanguages);
