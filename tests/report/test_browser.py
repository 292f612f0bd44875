"""The page in a real browser: every figure is drawn, nothing fails, nothing leaves."""

from __future__ import annotations

import http.server
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from imaginome.report.page import write_report

sys.path.insert(0, str(Path(__file__).parent))
import examples
from test_page import Elements

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--hide-scrollbars", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-dev-shm-usage", "--enable-logging=stderr", "--v=0"),
    "--virtual-time-budget=15000",
]


@pytest.fixture(scope="module")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome", "chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.skip("no chromium on the path")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str, list[str]]]:
    """Serve a folder and record every request, also those for what is not there."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, form: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            asked.append(self.path)
            super().do_GET()

    folder = tmp_path / "page"
    folder.mkdir()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


def opened(chromium: str, url: str, profile: Path, *flags: str) -> tuple[str, str]:
    """Return the document after its scripts ran, and what the console said."""
    command = [chromium, *FLAGS, f"--user-data-dir={profile}", *flags, "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return done.stdout, said


@pytest.mark.parametrize("flags", [("--window-size=1400,1000",), ("--window-size=500,900",)])
def test_every_figure_is_drawn(
    chromium: str, served: tuple[Path, str, list[str]], tmp_path: Path, flags: tuple[str, ...]
) -> None:
    folder, address, asked = served
    write_report(
        examples.evaluation(),
        examples.audit(),
        folder / "report.html",
        facts=examples.FACTS,
        history=examples.HISTORY,
    )
    dom, said = opened(chromium, f"{address}/report.html#all", tmp_path / "profile", *flags)
    html = re.search(r"<html[^>]*>", dom)
    assert html
    assert 'data-ready="yes"' in html[0]
    assert 'data-errors="0"' in html[0], said
    assert 'data-figures="8/8"' in html[0], said
    assert said == ""
    for tag, attributes in Elements(dom).found:
        assert tag != "img"
        assert not [name for name in attributes if name.startswith("on")]
    assert asked == ["/report.html"]


def test_an_injected_handler_would_not_run(
    chromium: str, served: tuple[Path, str, list[str]], tmp_path: Path
) -> None:
    folder, address, _ = served
    path = folder / "report.html"
    write_report(None, None, path)
    mark = "document.documentElement.dataset.ran='yes'"
    attack = f'<img src=x onerror="{mark}"><script>{mark}</script>'
    path.write_text(path.read_text("utf-8").replace("<footer>", attack + "<footer>"), "utf-8")
    dom, said = opened(chromium, f"{address}/report.html", tmp_path / "profile")
    assert 'data-ran="yes"' not in dom
    assert "Content Security Policy" in said
