"""The list of pages in README.md is the navigation of the site: one index for both.

Each heading of the list becomes a group of the navigation, each link to a page an entry. Pages
that stand above this folder, and those written from the code, have copies in ``reference/``.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

ROOT = "README"
LINK = re.compile(r"\]\(([\w./-]+)\.(?:md|ipynb)\)")
ABOVE = {
    "../CONTRIBUTING.md": "reference/contributing.md",
    "../CHANGELOG.md": "reference/changes.md",
}
WRITTEN = ("models/index", "metrics/index", "attacks/index", "api")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the navigation when the index is read."""
    app.connect("builder-inited", _copy)
    app.connect("source-read", _add)
    app.connect("build-finished", _start)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _copy(app: Sphinx) -> None:
    docs = Path(app.srcdir)
    (docs / "reference").mkdir(exist_ok=True)
    for above, copy in ABOVE.items():
        (docs / copy).write_text((docs / above).read_text(encoding="utf-8"), encoding="utf-8")


def _start(app: Sphinx, failed: Exception | None) -> None:
    """Let a folder that is opened in a browser begin at the index."""
    if failed is None and app.builder.format == "html":
        goes_on = f'<meta http-equiv="refresh" content="0; url={ROOT}.html">'
        (Path(app.outdir) / "index.html").write_text(f"<!doctype html>{goes_on}\n")


def _add(app: Sphinx, name: str, source: list[str]) -> None:
    if name == ROOT:
        for above, copy in ABOVE.items():
            source[0] = source[0].replace(f"]({above})", f"]({copy})")
        source[0] += "\n\n" + "\n\n".join([*trees(source[0], Path(app.srcdir)), written()])


def trees(text: str, docs: Path) -> list[str]:
    """Return a hidden table of contents for each group of links, in order."""
    found = []
    for group in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = group.partition("\n")
        pages = [page for page in LINK.findall(body) if _is_page(docs / page)]
        if pages:
            listed = "\n".join(dict.fromkeys(pages))
            found.append(f"```{{toctree}}\n:hidden:\n:caption: {title.strip()}\n\n{listed}\n```")
    return found


def _is_page(path: Path) -> bool:
    return any(path.with_name(path.name + ending).is_file() for ending in (".md", ".ipynb"))


def written() -> str:
    """Return the table of contents of the pages that are written from the code."""
    listed = "\n".join(f"reference/{page}" for page in WRITTEN)
    return f"```{{toctree}}\n:hidden:\n:caption: One by one\n\n{listed}\n```"
