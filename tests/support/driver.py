"""A real browser with hands: chromedriver, spoken to in the W3C protocol, nothing installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

NEEDED = ("chromedriver", "chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
TAB, ENTER, SPACE, DOWN = "\ue004", "\ue007", " ", "\ue015"


def missing() -> list[str]:
    """Return the programs that are not there."""
    return [name for name in NEEDED if shutil.which(name) is None]


class Browser:
    """One session: a page, a keyboard, the console and a folder of downloads."""

    def __init__(self, root: str, downloads: Path) -> None:
        self.downloads = downloads
        self._root = root
        options = {
            "args": FLAGS,
            "prefs": {
                "download.default_directory": str(downloads),
                "profile.default_content_setting_values.automatic_downloads": 1,
            },
        }
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        answer = self._ask("/session", {"capabilities": {"alwaysMatch": wanted}})
        self._root = f"{root}/session/{answer['sessionId']}"

    def open(self, url: str, width: int = 1400, height: int = 1000) -> None:
        """Open a page afresh on a screen of this size; narrow ones are phones."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.develop("Emulation.setDeviceMetricsOverride", **screen)
        self._ask("/url", {"url": "about:blank"})
        self._ask("/url", {"url": url})

    def develop(self, command: str, **values: Any) -> Any:
        """Send a command of the DevTools protocol."""
        return self._ask("/goog/cdp/execute", {"cmd": command, "params": values})

    def run(self, script: str, *values: Any) -> Any:
        """Run a function body with `values` as its arguments and return what it returns."""
        return self._ask("/execute/sync", {"script": script, "args": list(values)})

    def press(self, *keys: str) -> None:
        """Press and release keys, one after the other."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        actions = [{"type": "key", "id": "keyboard", "actions": strokes}]
        self._ask("/actions", {"actions": actions})

    def focus(self) -> str:
        """Return the text and label of the element that has the focus."""
        script = "var e = document.activeElement; return e.textContent + '|' + e.ariaLabel;"
        return str(self.run(script))

    def until(self, script: str, seconds: float = 30) -> Any:
        """Wait until a script returns what is true."""
        return wait(lambda: self.run(script), seconds, script)

    def file(self, name: str) -> bytes:
        """Wait for a download and return what it holds."""
        path = self.downloads / name
        wait(lambda: path.is_file() and path.stat().st_size, 30, name)
        return path.read_bytes()

    def console(self) -> list[str]:
        return [entry["message"] for entry in self._ask("/se/log", {"type": "browser"})]

    def quit(self) -> None:
        self._ask("", method="DELETE")

    def _ask(self, path: str, body: Any = None, method: str = "") -> Any:
        data = None if body is None else json.dumps(body).encode()
        method = method or ("GET" if body is None else "POST")
        request = Request(self._root + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        with urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]


def wait(ready: Callable[[], Any], seconds: float, what: str) -> Any:
    """Ask again and again until the answer is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ready()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:g} s in vain for {what}")


@contextmanager
def browser(downloads: Path) -> Iterator[Browser]:
    """Start chromedriver and a session, and end both."""
    server = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert server.stdout is not None
        port = next(
            line.split()[-1].rstrip(".") for line in server.stdout if "successfully" in line
        )
        session = Browser(f"http://127.0.0.1:{port}", downloads)
        try:
            yield session
        finally:
            session.quit()
    finally:
        server.terminate()
        server.wait(timeout=20)
