"""How large a report is, when it first shows, and when its figures stand.

``python -m benchmarks.report RUN...`` draws the report of each folder that a run left and opens
it in headless Chromium (``apt install chromium chromium-driver``): megabytes, first contentful
paint, and the time until all figures are drawn, were they wanted at once. Medians of five
openings; a reader who scrolls waits for one figure at a time only.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from imaginome.report.folder import report_folder
from tests.support.driver import Browser, browser, missing

OPENINGS = 5
PAINT = "var p = performance.getEntriesByName('first-contentful-paint')[0]; return p && p.startTime"
DRAWN = """
var d = document.documentElement.dataset;
return d.ready && d.figures.split("/")[0] === d.figures.split("/")[1] && d.figures;
"""


def main(folders: list[str]) -> None:
    """Print a row for each folder."""
    if missing():
        sys.exit(f"not on the path: {', '.join(missing())}")
    print("| run | page, MB | figures | first paint, s | all figures, s |")
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as place, browser(Path(place)) as session:
        for folder in folders:
            page = Path(place) / "report.html"
            report_folder(Path(folder), page, force=True)
            print(row(session, Path(folder).name, page))


def row(session: Browser, name: str, page: Path) -> str:
    """Open a page again and again and return its row."""
    openings = [opened(session, page.as_uri()) for _ in range(OPENINGS)]
    paint, drawn = (median(one[i] for one in openings) for i in (0, 1))
    size = page.stat().st_size / 1e6
    return f"| {name} | {size:.2f} | {openings[0][2]} | {paint:.2f} | {drawn:.1f} |"


def opened(session: Browser, url: str) -> tuple[float, float, int]:
    """Return seconds to the first paint, seconds to the last figure, and how many there are."""
    session.open(url)
    paint = float(session.until(PAINT)) / 1000
    started = time.perf_counter()
    session.open(f"{url}#all")
    figures = str(session.until(DRAWN, 120))
    return paint, time.perf_counter() - started, int(figures.split("/")[1])


if __name__ == "__main__":
    main(sys.argv[1:])
