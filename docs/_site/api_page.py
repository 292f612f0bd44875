"""The page of what `import imaginome` gives, from the docstrings."""

from __future__ import annotations

import inspect
from pathlib import Path

from sphinx.application import Sphinx

import imaginome

PAGE = "reference/api.md"
GROUPS = {
    "Panels": (
        "Panel",
        "read_panel",
        "ReadOptions",
        "demo_panel",
        "write_panel",
        "write_completed",
        "split",
    ),
    "Generators": (
        "Generator",
        "Independent",
        "Markov",
        "Mosaic",
        "Tree",
        "Hmm",
        "Rbm",
        "Vae",
        "Gan",
        "create",
        "fit",
        "Guarantee",
        "choose",
        "load_model",
        "complete_panel",
    ),
    "Judgement": (
        "Comparison",
        "evaluate",
        "audit",
        "figure",
        "figures",
        "write_report",
    ),
    "The main job": ("RunRequest", "run", "show_progress"),
    "What there is": ("all_models", "all_metrics", "all_attacks", "all_leaks", "all_formats"),
}
HEAD = """# In Python

Everything here is imported when it is first used, so that `import imaginome` is quick. What the
command line does, these do: each verb is one call of them.
"""
REGISTRY = "A registry: `{name}.ids()` lists them, `{name}.get(id)` returns the class."


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the page before anything is read."""
    app.connect("builder-inited", lambda app: _write(Path(app.srcdir) / PAGE))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _write(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(page(), encoding="utf-8")


def page() -> str:
    """Return the page: every public name once, those without a group at the end."""
    grouped = {name for names in GROUPS.values() for name in names}
    others = [n for n in imaginome.__all__ if n not in grouped and n != "__version__"]
    groups = {**GROUPS, "More": tuple(others)} if others else GROUPS
    parts = [HEAD]
    for title, names in groups.items():
        parts.append(f"## {title}")
        parts += [_entry(name) for name in names if name in imaginome.__all__]
    return "\n\n".join(parts) + "\n"


def _entry(name: str) -> str:
    found = getattr(imaginome, name)
    if not (inspect.isclass(found) or inspect.isfunction(found)):
        return f"### {name}\n\n{REGISTRY.format(name=f'imaginome.{name}')}"
    kind = "autoclass" if inspect.isclass(found) else "autofunction"
    members = "\n:members:" if kind == "autoclass" else ""
    where = f"{found.__module__}.{found.__qualname__}"
    return f"### {name}\n\n```{{eval-rst}}\n.. {kind}:: {where}{_indented(members)}\n```"


def _indented(text: str) -> str:
    return text.replace("\n", "\n   ")
