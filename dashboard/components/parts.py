"""The small parts every page is made of: cards, figures with their labels, empty states."""

from typing import Any

from dash import dcc, html

from dashboard.components import urls
from dashboard.http.csv_files import MARK
from dashboard.i18n import text

Children = Any
"""What Dash takes as children: a component, text, or a list of these."""


def aria(**values: str) -> dict[str, Any]:
    """ARIA properties by their short names: ``aria(label="Close")``."""
    return {f"aria-{name}": value for name, value in values.items()}


def card(
    *children: Children, title: str | None = None, aside: Children = None, **props: Any
) -> Any:
    """A titled section on its own surface. ``aside`` stands at the right of the title."""
    name = props.pop("className", "")
    head = []
    if title is not None:
        head = [html.Div([html.H2(title), aside], className="cp-card-head")]
    return html.Section([*head, *children], className=f"cp-card {name}".strip(), **props)


def stat(label: str, value: Children, note: Children = None, *, big: bool = False) -> Any:
    """One figure with what it is above and what it means below."""
    return html.Div(
        [
            html.Div(label, className="cp-stat-label"),
            html.Div(value, className="cp-stat-value cp-stat-big" if big else "cp-stat-value"),
            html.Div(note, className="cp-stat-note"),
        ],
        className="cp-stat",
    )


def empty(title: str, sentence: Children, action: Children = None) -> Any:
    """What stands where there is nothing yet: what will be here, and how it comes about."""
    return html.Div(
        [html.P(title, className="cp-empty-title"), html.P(sentence), action], className="cp-empty"
    )


def quiet(*children: Children) -> Any:
    """Text of second rank, still with full contrast."""
    return html.Span(list(children), className="cp-quiet")


def badge(word: str, kind: str = "plain") -> Any:
    """A short state. ``kind``: plain, good, warn or live."""
    return html.Span(word, className=f"cp-badge cp-badge-{kind}")


def page_head(title: str, lead: Children = None, actions: Children = None) -> Any:
    """A page's heading with one sentence under it and its actions at the right."""
    return html.Div(
        [
            html.Div([html.H1(title), html.P(lead, className="cp-lead") if lead else None]),
            html.Div(actions, className="cp-actions") if actions else None,
        ],
        className="cp-page-head",
    )


def table(head: list[str], rows: list[list[Children]], caption: str, numeric: set[int]) -> Any:
    """A plain table that scrolls sideways on a narrow screen. ``numeric``: right-hand columns."""

    def name(column: int) -> str:
        return "cp-num" if column in numeric else ""

    def cell(column: int, content: Children) -> Any:
        # On a narrow screen each row becomes a small list, and the label says what each line is.
        label: dict[str, Any] = {"data-label": head[column]}
        return html.Td(content, className=name(column), role="cell", **label)

    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="cp-sr"),
                html.Thead(
                    html.Tr(
                        [html.Th(h, scope="col", className=name(i)) for i, h in enumerate(head)]
                    )
                ),
                html.Tbody(
                    [
                        html.Tr([cell(i, content) for i, content in enumerate(row)], role="row")
                        for row in rows
                    ]
                ),
            ],
            className="cp-table",
            role="table",
        ),
        className="cp-table-wrap",
        tabIndex=0,
        role="region",
        **aria(label=caption),
    )


def link(
    content: Children,
    href: str,
    *,
    name: str = "cp-link",
    download: bool = False,
    here: bool = False,
) -> Any:
    """A link to a path of ours: within the page where it can be, a plain one for a download.

    ``here``: it leads to the page that is open.
    """
    address = urls.at(href)
    if download:
        return html.A(content, href=address, className=name, download="")
    # dcc.Link carries no ARIA, so what is open is told by a plain link.
    if here:
        return html.A(content, href=address, className=name, **aria(current="page"))
    return dcc.Link(content, href=address, className=name)


def command(line: str, label: str) -> Any:
    """A command to copy."""
    return html.Div(
        [
            html.Pre(html.Code(line), tabIndex=0, **aria(label=label)),
            dcc.Clipboard(content=line, title=text("Copy {what}", what=label), className="cp-copy"),
        ],
        className="cp-command",
    )


def sent(content: str, name: str) -> dict[str, Any]:
    """A table as ``dcc.Download`` takes it: a file of that name, which Excel opens as it is."""
    return {"content": MARK + content, "filename": name, "type": "text/csv", "base64": False}
