/* Where the keyboard goes once a question is answered: back to what was pressed, or near it.
   A dialogue that was there from the beginning gives the focus back by itself. One that the server
   sends open, or that goes with the page it stood on, leaves it on the document, from where a
   keyboard begins anew at the top. */
(function () {
  /* How long what was answered may still take away what has the focus. */
  const SETTLES_MS = 1500;
  let before = null;
  let watch = null;

  /** What has the focus, and how it is found again once it has been drawn anew. */
  function place(element) {
    const cell = element.closest(".ag-row .ag-cell");
    return { element: element, id: element.id,
             row: cell && cell.closest(".ag-row").getAttribute("row-id"),
             column: cell && cell.getAttribute("col-id") };
  }

  /** Something that is there and takes the focus: itself, its successor, its cell, the heading. */
  function found(then) {
    if (then.element.isConnected) { return then.element; }
    const again = then.id && document.getElementById(then.id);
    if (again && !again.disabled) { return again; }
    const cell = then.row && document.querySelector(
      ".ag-row[row-id=\"" + CSS.escape(then.row) + "\"] .ag-cell[col-id=\"" +
      CSS.escape(then.column) + "\"]");
    if (cell) { return cell; }
    const heading = document.querySelector("#content h1");
    if (heading) { heading.tabIndex = -1; }
    return heading;
  }

  function lost() { return !document.activeElement || document.activeElement === document.body; }

  function restore() {
    if (document.querySelector("[role=dialog]") || !lost()) { return; }
    const to = found(before);
    if (to) { to.focus(); }
  }

  document.addEventListener("focusin", function (event) {
    if (!event.target.closest("[role=dialog]")) { before = place(event.target); return; }
    if (watch || !before) { return; }
    let ends = null;
    watch = new MutationObserver(function () {
      if (document.querySelector("[role=dialog]")) { return; }
      // Mantine's own return comes a moment after the dialogue has gone.
      ends = ends || setTimeout(function () { watch.disconnect(); watch = null; }, SETTLES_MS);
      setTimeout(restore, 50);
    });
    watch.observe(document.body, { childList: true, subtree: true });
  });
})();
