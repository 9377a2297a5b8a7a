"""Errors behind a page that do not show on it: errors in scripts, things refused, requests that fail."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response

from sipsorcery_web.portal.live.views import STATE

ANSWERED_BY_A_PAGE = "Failed to load resource: the server responded with a status of"
"""Chromium's word for a page with a status of 400 or more; such a page is looked at like any other."""

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Watch:
    """Notes the complaints of a browser."""

    complaints: list[str] = field(default_factory=list)

    def told(self) -> list[str]:
        """Return the errors noted until now, which a test expects; ids left out."""
        told, self.complaints = [ID.sub("…", complaint) for complaint in self.complaints], []
        return told

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of a browser."""
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(ANSWERED_BY_A_PAGE):
            self.complaints.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        """A page that gives way to another one takes its requests with it; everything else should not fail."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        """Leave out the answers to live lists: the page tells of them itself."""
        is_told = response.request.is_navigation_request() or STATE.lower() in response.headers
        if response.status >= 400 and not is_told:
            self.complaints.append(f"answered {response.status}: {response.request.method} {response.url}")
