"""Tables that can be searched, sorted, filtered and leafed through: AG Grid in our words and looks.

What stands in the cells, and how all columns become one on a narrow screen: ``assets/grid.js``.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import dash_ag_grid
import dash_mantine_components as dmc
from dash import html
from dash.fingerprint import build_fingerprint

from dashboard.components import parts, urls
from dashboard.i18n import text

Column = dict[str, Any]
Row = Mapping[str, Any]
"""What a row's cells are made from, by field; ``id`` names the row."""

PAGE_ROWS: Final = 20

_SCRIPT: Final = "dash_ag_grid.min.js"
_fingerprint: Callable[[str, str, int], str] = build_fingerprint

# A megabyte of script: it comes with the first page that shows a grid, and not with every page.
for _file in dash_ag_grid._js_dist:
    if _file["relative_package_path"] == _SCRIPT:
        _file["async"] = "lazy"


def script_address() -> str:
    """Where browsers get the grid's own script; it changes with the script."""
    file = Path(dash_ag_grid.__file__).with_name(_SCRIPT)
    version, written = dash_ag_grid.__version__, int(file.stat().st_mtime)
    named = _fingerprint(_SCRIPT, version, written)
    return urls.at(f"/_dash-component-suites/dash_ag_grid/{named}")


def grid(
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    label: str,
    *,
    searched_elsewhere: bool = False,
) -> Any:
    """A grid with a field to search in it. ``name``: its id; ``label``: what it shows.

    ``searched_elsewhere``: its rows are a page of more, which the server searches and orders.
    """
    searched: dict[str, Any] = {"data-grid": name}
    search = html.Div(
        [
            dmc.TextInput(
                placeholder=text("Search"),
                inputProps={"type": "search", "aria-label": text("Search: {what}", what=label)},
            ),
            html.Span(role="status", className="cp-quiet cp-small"),
        ],
        className="cp-grid-search",
        **searched,
    )
    drawn = dash_ag_grid.AgGrid(
        id=name,
        columnDefs=list(columns),
        rowData=list(rows),
        getRowId="params.data.id",
        defaultColDef=_EVERY_COLUMN | ({"sortable": False} if searched_elsewhere else {}),
        dashGridOptions={**_OPTIONS, "localeText": words()},
        style={"height": None},
    )
    shown = [drawn] if searched_elsewhere else [search, drawn]
    return html.Div(shown, className="cp-grid", role="region", **parts.aria(label=label))


def words_column(field: str, head: str, **more: Any) -> Column:
    """Text, as it stands in the rows."""
    return {"field": field, "headerName": head, "flex": 1, "minWidth": 110, **more}


def number_column(field: str, head: str, **more: Any) -> Column:
    """A number, as it stands in the rows."""
    return words_column(field, head, filter="agNumberColumnFilter", type="rightAligned", **more)


def shown_column(field: str, head: str, shown: str, **more: Any) -> Column:
    """Sorted by ``field``; seen, searched and filtered by the text in ``shown``."""
    told = {"function": f"params.data.{shown}"}
    return words_column(
        field,
        head,
        **{
            "cellRenderer": "CpShown",
            "cellRendererParams": {"shown": shown},
            "filterValueGetter": told,
            "getQuickFilterText": told,
            **more,
        },
    )


def drawn_column(field: str, head: str, renderer: str, given: Row, **more: Any) -> Column:
    """Drawn by a renderer of ``assets/grid.js``, which is ``given`` the fields that it shows."""
    return words_column(field, head, cellRenderer=renderer, cellRendererParams=given, **more)


def acts_column(field: str, head: str, note: str, **more: Any) -> Column:
    """Buttons from ``field``, each [what it does, its words, its whole name], or words instead.

    A press is the grid's ``cellRendererData``: see ``untrusted.chosen``.
    """
    fixed = {"sortable": False, "filter": False, "getQuickFilterText": {"function": "''"}}
    return drawn_column(field, head, "CpActs", {"acts": field, "note": note}, **fixed, **more)


_EVERY_COLUMN: Final[dict[str, Any]] = {
    # What a cell holds is known here, and not guessed from its first row.
    "cellDataType": False,
    "sortable": True,
    "resizable": True,
    "filter": "agTextColumnFilter",
    "filterParams": {"buttons": ["reset"]},
    "wrapText": True,
    "autoHeight": True,
    "wrapHeaderText": True,
    "suppressKeyboardEvent": {"function": "cpKeys(params)"},
}

_OPTIONS: Final[dict[str, Any]] = {
    "theme": {"function": "cpTheme(themeQuartz)"},
    "popupParent": {"function": "cpPage()"},
    # As high as its rows: the page scrolls, and nothing in it.
    "domLayout": "autoHeight",
    "pagination": True,
    "paginationPageSize": PAGE_ROWS,
    "paginationPageSizeSelector": False,
    # For screen readers, and so that text can be selected as on any page.
    "ensureDomOrder": True,
    "enableCellTextSelection": True,
    "suppressColumnVirtualisation": True,
    "suppressMovableColumns": True,
    "includeHiddenColumnsInQuickFilter": True,
    "animateRows": False,
    "accentedSort": True,
}


def words() -> dict[str, str]:
    """All that a grid says by itself, by AG Grid's keys."""
    return {
        "page": text("Page"),
        "to": text("to"),
        "of": text("of"),
        "firstPage": text("First page"),
        "previousPage": text("Previous page"),
        "nextPage": text("Next page"),
        "lastPage": text("Last page"),
        "noRowsToShow": text("Nothing here"),
        "noMatchingRows": text("Nothing fits the search"),
        "loadingOoo": text("Loading…"),
        "contains": text("Contains"),
        "notContains": text("Does not contain"),
        "startsWith": text("Begins with"),
        "endsWith": text("Ends with"),
        "equals": text("Is"),
        "notEqual": text("Is not"),
        "blank": text("Is empty"),
        "notBlank": text("Is not empty"),
        "lessThan": text("Less than"),
        "lessThanOrEqual": text("At most"),
        "greaterThan": text("More than"),
        "greaterThanOrEqual": text("At least"),
        "inRange": text("Between"),
        "inRangeStart": text("From"),
        "inRangeEnd": text("Up to"),
        "filterOoo": text("Filter…"),
        "andCondition": text("and"),
        "orCondition": text("or"),
        "resetFilter": text("Reset"),
        "ariaSortableColumn": text("Press Enter to sort"),
        "ariaFilterColumn": text("Press Ctrl and Enter to filter"),
        "ariaFilterMenuOpen": text("Filter this column"),
        "ariaFilterValue": text("What to filter by"),
        "ariaFilterFromValue": text("From"),
        "ariaFilterToValue": text("Up to"),
        "ariaFilteringOperator": text("How to filter"),
        "ariaColumnFiltered": text("Filtered"),
        "ariaLabelColumnFilter": text("Filter of a column"),
    }
