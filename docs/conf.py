"""How the documentation becomes a static site: `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_site"))

from imaginome import __version__  # noqa: E402

project = "imaginome"
author = "The imaginome developers"
copyright = "The imaginome developers, Apache-2.0"  # noqa: A001
release = version = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "registry_pages",
    "api_page",
    "site_index",
]
root_doc = "README"
exclude_patterns = ["_build", "_site"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}
# The notebook shows what it showed when it was run; a test runs it again.
nb_execution_mode = "off"
# Figures have a picture beside what a live notebook draws.
suppress_warnings = ["mystnb.unknown_mime_type"]

myst_heading_anchors = 4
# Blocks of commands and of output are shown as they are.
highlight_language = "none"

napoleon_numpy_docstring = True
napoleon_google_docstring = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = f"imaginome {version}"
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
