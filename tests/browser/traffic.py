"""What comes over the wire to a page, counted as the browser's own tools count it."""

from typing import Any

from playwright.sync_api import Page


class Traffic:
    """Bytes by address, as compressed as they came, headers included; from now on."""

    def __init__(self, page: Page) -> None:
        self.by_address: dict[str, float] = {}
        self._addresses: dict[str, str] = {}
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.requestWillBeSent", self._asked)
        devtools.on("Network.loadingFinished", self._came)

    def _asked(self, event: dict[str, Any]) -> None:
        self._addresses[event["requestId"]] = event["request"]["url"].partition("?")[0]

    def _came(self, event: dict[str, Any]) -> None:
        address = self._addresses.get(event["requestId"], "")
        if not address.startswith(("data:", "blob:")):
            known = self.by_address.get(address, 0.0)
            self.by_address[address] = known + event["encodedDataLength"]

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.by_address.values())

    @property
    def heaviest(self) -> list[tuple[str, float]]:
        """By address, the heaviest first."""
        return sorted(self.by_address.items(), key=lambda one: -one[1])
