"""Take the pictures in ``docs/screenshots/`` anew: a real server, a made-up class, a real Chromium.

Run it as ``python -m scripts.screenshots``, or with the names of the pictures that are wanted, with
the development dependencies and Chromium on the path. What is pictured is ``tests.browser``'s
list of places; nobody in it exists.
"""

import itertools
import shutil
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, Self
from uuid import UUID

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from contract.languages import Language
from dashboard.i18n.viewer_language import COOKIE
from dashboard.reports.render import render_report
from tests.browser.furnished import PLACES, Place, furnish, leave, sign_in
from tests.builders.card import sharp_card
from tests.builders.classroom import Classroom

FOLDER: Final = Path(__file__).parents[1] / "docs" / "screenshots"
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
WINDOWS: Final = ((1280, 820), (360, 740))
PATIENCE_MS: Final = 180_000
"""A busy machine is waited for; what never comes is an error all the same."""

THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
REPORT: Final = "report"
"""The pictures of the report's pages are named by this."""

MOST_COLOURS: Final = 256
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
Pixels = NDArray[np.uint8]


def main() -> int:
    """Take every picture; answers the exit status."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        sys.stderr.write("The screenshots need Chromium on the path.\n")
        return 1
    only = set(sys.argv[1:])
    if unknown := only - {REPORT} - {place.name for place in PLACES}:
        sys.stderr.write(f"There is no picture called {sorted(unknown)[0]!r}.\n")
        return 2
    began = time.monotonic()
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = set[Path]()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        room = Classroom.open(Path(folder), sharp_card())
        browser = driver.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        )
        try:
            addresses = furnish(room)
            if not only or REPORT in only:
                taken |= _report(room, addresses)
            with _Viewers(browser, room) as viewers:
                for place in PLACES:
                    if not only or place.name in only:
                        taken |= _take(viewers, place, addresses)
        finally:
            browser.close()
            room.close()
    # Not before all is taken: an interrupted run leaves what there was.
    for old in () if only else set(FOLDER.glob("*.png")) - taken:
        old.unlink()
    sys.stdout.write(f"{len(taken)} pictures in {time.monotonic() - began:.0f} s\n")
    return 0


def _report(room: Classroom, addresses: Mapping[str, str]) -> set[Path]:
    """The first page of a report, in every language."""
    taken = set()
    for language in Language:
        document, _ = render_report(
            room.app.services, language, UUID(addresses["over"]), room.clock()
        )
        with pypdfium2.PdfDocument(document) as pdf:
            pixels = pdf[0].render(scale=1.25).to_numpy()
        ending = "" if language is Language.EN else f"-{language}"
        taken.add(write_png(FOLDER / f"{REPORT}-1{ending}.png", pixels[..., 2::-1]))
    return taken


class _Viewers:
    """A browser for each who signs in, and for each language."""

    def __init__(self, browser: Browser, room: Classroom) -> None:
        self._browser, self._room = browser, room
        self._known: dict[tuple[str | None, str], BrowserContext] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for context in self._known.values():
            context.close()

    def page(self, login: str | None, language: str) -> Page:
        """A new page of that user's browser."""
        key = login, language
        if key not in self._known:
            context = self._browser.new_context(base_url=self._room.url, reduced_motion="reduce")
            context.set_default_timeout(PATIENCE_MS)
            context.add_cookies([{"name": COOKIE, "value": language, "url": self._room.url}])
            if login is not None:
                sign_in(context, login)
            self._known[key] = context
        return self._known[key].new_page()


GRID_FITS: Final = """() => !document.querySelector('.cp-grid .ag-root')
    || matchMedia('(max-width: 760px)').matches === !!document.querySelector('[col-id=card]')"""
"""Whether a page's grid, if it has one, shows what its width leaves room for (assets/grid.js)."""


def _take(viewers: _Viewers, place: Place, addresses: Mapping[str, str]) -> set[Path]:
    """The page in both themes and widths; it is loaded once, and follows both as they change."""
    page, taken = viewers.page(place.login, place.language), set()
    place.open(page, addresses)
    page.wait_for_load_state("networkidle")
    for theme, (width, height) in itertools.product(THEMES, WINDOWS):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": height})
        # Charts are drawn anew a moment after their place has changed.
        page.evaluate("new Promise(done => setTimeout(() => requestAnimationFrame(done), 400))")
        # A grid turns into cards, or back, when React comes to it.
        page.wait_for_function(GRID_FITS)
        raw = page.screenshot(full_page=not place.window, animations="disabled")
        taken.add(write_png(FOLDER / f"{place.name}-{theme}-{width}.png", _decoded(raw)))
    leave(page)
    return taken


def _decoded(png: bytes) -> Pixels:
    import cv2

    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ValueError("The browser's screenshot is no picture.")
    return np.asarray(pixels[..., ::-1], np.uint8)


def write_png(path: Path, pixels: Pixels) -> Path:
    """``pixels`` (H, W, 3) as a PNG of at most 256 colours: the commonest, the others nearest."""
    height, width = pixels.shape[:2]
    packed = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    colours, index, counts = np.unique(packed.ravel(), return_inverse=True, return_counts=True)
    kept = np.sort(colours[np.argsort(counts)[::-1][:MOST_COLOURS]])
    nearest = _nearest(_channels(colours), _channels(kept))
    rows = nearest[index].astype(np.uint8).reshape(height, width)
    lines = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()
    parts: Sequence[tuple[bytes, bytes]] = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", _channels(kept).astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    path.write_bytes(SIGNATURE + b"".join(_chunk(name, data) for name, data in parts))
    return path


def _channels(packed: NDArray[np.uint32]) -> NDArray[np.int64]:
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1).astype(np.int64)


def _nearest(colours: NDArray[np.int64], kept: NDArray[np.int64]) -> NDArray[np.int64]:
    blocks = np.array_split(colours, max(1, len(colours) // 1000))
    return np.concatenate(
        [((block[:, None] - kept[None]) ** 2).sum(axis=2).argmin(axis=1) for block in blocks]
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


if __name__ == "__main__":
    sys.exit(main())
