"""Notebooks of the documentation, run again: all of them by `python -m tests.support.notebooks`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbclient
import nbformat

FOLDER = Path(__file__).parents[2] / "docs" / "notebooks"


def notebooks() -> list[Path]:
    """Return the notebooks in order."""
    return sorted(FOLDER.glob("*.ipynb"))


def executed(path: Path, folder: Path) -> Any:
    """Return a notebook run from the top, in a folder of its own; an error in a cell is raised."""
    notebook = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    return client.execute()


def kept(notebook: Any) -> str:
    """Return a notebook as text without what differs from machine to machine."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.writes(notebook, indent=1) + "\n"


if __name__ == "__main__":
    import tempfile

    for page in notebooks():
        with tempfile.TemporaryDirectory() as place:
            text = kept(executed(page, Path(place)))
        page.write_text(text, encoding="utf-8")
        print(page.name, f"{len(text) / 1e3:.0f} kB")
