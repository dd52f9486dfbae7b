/* On paper there is a width that no window had: charts are drawn to it, tables made smaller for it.
   The rest of the printed page is the style sheet's (@media print). */
(function () {
  /* What A4 and Letter both have between the margins, within a card and without one. */
  const CHART_PX = 640;
  const PAGE_PX = 670;

  function charts() { return Array.from(document.querySelectorAll(".js-plotly-plot")); }

  window.addEventListener("beforeprint", function () {
    charts().forEach(function (chart) { window.Plotly.relayout(chart, { width: CHART_PX }); });
    document.querySelectorAll(".cp-grid").forEach(function (grid) {
      const wide = Math.max(grid.scrollWidth, grid.offsetWidth);
      grid.style.setProperty("--cp-print-zoom", Math.min(1, PAGE_PX / wide));
      grid.style.setProperty("--cp-print-width", wide + "px");
    });
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest(".cp-print")) { window.print(); }
  });

  window.addEventListener("afterprint", function () {
    charts().forEach(function (chart) {
      delete chart.layout.width;
      window.Plotly.relayout(chart, { autosize: true });
    });
  });
})();
