"""Measure the first view of the live page: a real server, a real Chromium with an empty cache.

Run it as ``python -m scripts.first_view``; it prints one JSON object. Interactive is when the
strip and the chart stand and a press of a key has been answered.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, expect, sync_playwright

from scripts.screenshots import CHROMIUM
from tests.browser.test_live_page import running_class, sign_in
from tests.browser.traffic import Traffic
from tests.builders.card import sharp_card
from tests.builders.classroom import Classroom

TIMES: Final = 5
_PATIENCE_MS: Final = 120_000


def main() -> int:
    """Open the page anew several times and say what each took."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        sys.stderr.write("There is no Chromium on the path.\n")
        return 1
    expect.set_options(timeout=_PATIENCE_MS)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        classroom = Classroom.open(Path(folder), sharp_card())
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            lecture, _, _ = running_class(classroom)
            views = [_view(browser, classroom, f"/live/{lecture.id}") for _ in range(TIMES)]
        finally:
            browser.close()
            classroom.close()
    seconds = [view["interactive_s"] for view in views]
    told = {
        "compressed_bytes": max(view["bytes"] for view in views),
        "requests": views[0]["requests"],
        "interactive_s_median": round(statistics.median(seconds), 2),
        "interactive_s_each": seconds,
    }
    sys.stdout.write(f"{json.dumps(told)}\n")
    return 0


def _view(browser: Browser, classroom: Classroom, address: str) -> dict[str, Any]:
    context = browser.new_context(base_url=classroom.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    sign_in(page, "teacher")
    page.goto("about:blank")
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    traffic, began = Traffic(page), time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("#live-mood .main-svg").first.wait_for()
    page.keyboard.press("m")
    page.wait_for_function("document.activeElement && document.activeElement.id === 'marker-label'")
    took = time.perf_counter() - began
    context.close()
    return {
        "bytes": round(traffic.total),
        "requests": len(traffic.by_address),
        "interactive_s": round(took, 2),
    }


if __name__ == "__main__":
    sys.exit(main())
