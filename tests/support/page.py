"""Pages as a browser sees them: their elements, and what is there when the scripts have run."""

from __future__ import annotations

import subprocess
from html.parser import HTMLParser
from pathlib import Path

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--hide-scrollbars", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-dev-shm-usage", "--enable-logging=stderr", "--v=0"),
    "--virtual-time-budget=15000",
]


class Elements(HTMLParser):
    """Collect tags and attributes as a browser would see them, scripts aside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def opened(chromium: str, url: str, profile: Path, *flags: str) -> tuple[str, str]:
    """Return the document after its scripts ran, and what the console said."""
    command = [chromium, *FLAGS, f"--user-data-dir={profile}", *flags, "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return done.stdout, said
