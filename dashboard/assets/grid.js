/* Tables by AG Grid: fetched with the first page that shows one; what stands in their cells.
   Which columns and words they have: dashboard/components/grid.py. */
(function () {
  const create = function (...parts) { return React.createElement(...parts); };
  const narrow = window.matchMedia("(max-width: 760px)");
  let fetched = null;

  /** The grid's own script, which is heavy, once it is needed. */
  function fetchGrid() {
    fetched = fetched || new Promise(function (done, failed) {
      const script = document.createElement("script");
      script.src = document.querySelector("meta[name=cp-grid]").content;
      script.onload = function () {
        const real = window.dash_ag_grid;
        window.dash_ag_grid = Object.assign({}, real, { AgGrid: Grid });
        done(real.AgGrid);
      };
      script.onerror = function () { fetched = null; script.remove(); failed(new Error("no grid")); };
      document.head.append(script);
    });
    return fetched;
  }

  /** What Dash takes for the grid: waits for its script, and has one column where there is no room. */
  function Grid(props) {
    const [real, setReal] = React.useState(null);
    const [small, setSmall] = React.useState(narrow.matches);
    React.useEffect(function () {
      let here = true;
      const turned = function () { setSmall(narrow.matches); };
      narrow.addEventListener("change", turned);
      const came = function (found) {
        if (!here) { return; }
        setReal({ grid: found });
        window.dash_ag_grid.getApiAsync(props.id).then(function (api) {
          api.addEventListener("modelUpdated", function () { tellFound(props.id, api); });
          tellFound(props.id, api);
        });
      };
      // One that did not come is asked for once more.
      fetchGrid().catch(fetchGrid).then(came, function () { /* the page stays without it */ });
      return function () { here = false; narrow.removeEventListener("change", turned); };
    }, []);
    const columns = React.useMemo(function () { return laidOut(props.columnDefs, small); },
                                  [props.columnDefs, small]);
    if (!real) { return create("div", { id: props.id, className: "cp-grid-coming" }); }
    const rows = props.rowData || [], one = rows.length <= props.dashGridOptions.paginationPageSize;
    const options = Object.assign(
      { suppressPaginationPanel: one, quickFilterText: searched(props.id) },
      // Named in both cases: what is only left out would keep the height that it had.
      props.dashGridOptions, { headerHeight: small ? 0 : undefined });
    const given = Object.assign({}, props, { columnDefs: columns, dashGridOptions: options });
    // What was pressed last is told to the server, and nothing that the grid knows as its own.
    delete given.cellRendererData;
    return create(real.grid, given);
  }
  Grid.dashRenderType = true;
  window.dash_ag_grid = { AgGrid: Grid };

  /** Every column, or on a narrow screen one that shows all the others below each other. */
  function laidOut(columns, small) {
    const card = { colId: "card", headerName: columns[0].headerName, hide: !small, flex: 1, cellRenderer: "CpCard",
                   cellRendererParams: { cells: columns }, sortable: false, filter: false };
    return columns.map(function (one) { return Object.assign({}, one, { hide: small }); }).concat(card);
  }

  const cells = window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {};

  /** Text that is shown instead of the value by which is sorted. */
  cells.CpShown = function (props) { return props.data[props.shown]; };

  /** What a row is called, which leads to its page where it has one. */
  function linked(props) {
    const name = props.shown ? props.data[props.shown] : props.value, href = props.href && props.data[props.href];
    return href ? create("a", { className: "cp-link", href: href }, name) : name;
  }

  /** A name, and a quiet line or two below it. */
  cells.CpName = function (props) {
    return create("div", null,
      create("div", { className: props.plain ? "" : "cp-name" }, linked(props)),
      (props.under || []).map(function (field) {
        return props.data[field] && create("div", { key: field, className: "cp-quiet cp-small" },
                                           props.data[field]);
      }),
      props.more && folded(props.data[props.more]));
  };

  /** What is folded away until asked for: a title and [term, sentence, quiet sentence] each. */
  function folded(more) {
    return more && create("details", { className: "cp-moments" }, create("summary", null, more.title),
      create("ul", null, more.items.map(function (item, at) {
        return create("li", { key: at }, create("strong", null, item[0]), " " + item[1] + " ",
                      create("span", { className: "cp-quiet" }, item[2]));
      })));
  }

  cells.CpBadge = function (props) {
    return create("span", { className: "cp-badge cp-badge-" + props.data[props.kind] }, props.value);
  };

  /** Links to files, and a quiet line below them. */
  cells.CpLinks = function (props) {
    const links = props.data[props.links], note = props.data[props.note];
    return (links.length || note) && create("div", null,
      create("div", { className: "cp-downloads" }, links.map(function (one) {
        return create("a", { key: one[1], href: one[1], className: "cp-link", download: "",
                             "aria-label": one[2] }, one[0]);
      })),
      note && create("div", { className: "cp-quiet cp-small" }, note));
  };

  /** Buttons, each [what it does, its words, its whole name]; or the words that stand instead. */
  cells.CpActs = function (props) {
    const acts = props.data[props.acts] || [], note = props.data[props.note];
    return create("div", { className: "cp-buttons" }, acts.map(function (one) {
      const press = function (event) {
        // What is pressed by key may be gone afterwards: whoever did so stays in the cell.
        if (event.detail === 0) { event.currentTarget.closest(".ag-cell").focus(); }
        props.setData(one[0]);
      };
      return create("button", { key: one[0], type: "button", className: "cp-act", "aria-label": one[2],
                                onClick: press }, one[1]);
    }), note && create("span", { className: "cp-quiet" }, note));
  };

  /** A row on a narrow screen: each cell with its label, the first one as a heading. */
  cells.CpCard = function (props) {
    return create("div", { className: "cp-grid-card" }, props.cells.map(function (column, at) {
      const given = column.cellRendererParams || {}, drawn = cells[column.cellRenderer];
      const value = props.data[column.field];
      const cell = Object.assign({}, given, { data: props.data, value: value, setData: props.setData });
      const shown = drawn ? drawn(cell) : value;
      if (!shown && shown !== 0) { return null; }
      return create("div", { key: column.field, className: at ? "cp-grid-line" : "cp-grid-first" },
        at > 0 && create("span", { className: "cp-quiet cp-small" }, column.headerName),
        create("div", null, shown));
    }));
  };

  const asked = window.dashAgGridFunctions = window.dashAgGridFunctions || {};

  /** The page's colours, in light and dark, as they stand in the style sheet. */
  asked.cpTheme = function (quartz) {
    return quartz.withParams({
      accentColor: "var(--cp-accent)", backgroundColor: "var(--cp-card)", foregroundColor: "var(--cp-ink)",
      textColor: "var(--cp-ink)", subtleTextColor: "var(--cp-quiet)", borderColor: "var(--cp-line)",
      chromeBackgroundColor: "var(--cp-card)", headerBackgroundColor: "var(--cp-card)",
      headerTextColor: "var(--cp-quiet)", headerFontWeight: 550, headerFontSize: 14,
      rowHoverColor: "var(--cp-page)", menuBackgroundColor: "var(--cp-card)", menuTextColor: "var(--cp-ink)",
      inputBackgroundColor: "var(--cp-card)", inputTextColor: "var(--cp-ink)",
      inputBorder: { color: "var(--cp-quiet)" }, inputPlaceholderTextColor: "var(--cp-quiet)",
      fontFamily: "inherit", fontSize: 15, iconColor: "var(--cp-quiet)", cellHorizontalPadding: 12,
      wrapperBorder: false, wrapperBorderRadius: 0, browserColorScheme: "inherit",
      headerColumnResizeHandleColor: "var(--cp-line)",
    });
  };

  /** Menus stand on the page, where a grid of two rows does not cut them off. */
  asked.cpPage = function () { return document.getElementById("main"); };

  /** Keys within a cell that has links or buttons: they are the cell's own until one leaves it. */
  asked.cpKeys = function (params) {
    const event = params.event, cell = event.target.closest(".ag-cell");
    const inside = cell ? [...cell.querySelectorAll("a[href], button, summary")] : [];
    if (!inside.length) { return false; }
    const at = inside.indexOf(event.target), onCell = event.target === cell;
    const step = event.key === "Tab" ? (event.shiftKey ? -1 : 1) : onCell && event.key === "Enter" ? 1 : 0;
    const next = inside[onCell && event.shiftKey ? -1 : at + step];
    if (step && next && next !== event.target) { event.preventDefault(); next.focus(); return true; }
    if (event.key === "Escape" && !onCell) { cell.focus(); return true; }
    return !onCell && event.key !== "Tab";
  };

  /* What is typed into the field above a grid narrows it; how much is left is read out. Typed
     before the grid is there, it holds from the beginning. */
  function boxOf(name) { return document.querySelector(".cp-grid-search[data-grid=" + name + "]"); }
  function searched(name) {
    const box = boxOf(name);
    return box ? box.querySelector("input").value : "";
  }
  function tellFound(name, api) {
    const box = boxOf(name), status = box && box.querySelector("[role=status]");
    const told = searched(name).trim() ? said("found", { n: api.getDisplayedRowCount() }) : "";
    if (status && status.textContent !== told) { status.textContent = told; }
  }
  document.addEventListener("input", function (event) {
    const box = event.target.closest(".cp-grid-search");
    const api = box && window.dash_ag_grid.getApi && window.dash_ag_grid.getApi(box.dataset.grid);
    if (api) { api.setGridOption("quickFilterText", event.target.value); }
  });
})();
