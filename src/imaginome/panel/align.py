"""Bring panels to the same sites, so that column j means the same in each."""

from __future__ import annotations

import numpy as np

from imaginome.errors import ComparisonError
from imaginome.panel.panel import Panel


def common_sites(panels: dict[str, Panel]) -> dict[str, Panel]:
    """Keep the sites that all panels share, matched by contig, position, ref and alt.

    Parameters
    ----------
    panels
        Name (used in messages) to panel. The first one sets the order of sites.

    Raises
    ------
    ComparisonError
        When no site is shared; the message says if only contig names differ.
    """
    names = list(panels)
    keys = {name: panel.sites.keys() for name, panel in panels.items()}
    if all(keys[name] == keys[names[0]] for name in names[1:]):
        return panels
    shared = set(keys[names[0]]).intersection(*(keys[name] for name in names[1:]))
    if not shared:
        raise ComparisonError(f"{' and '.join(names)} share no site", _why_none(panels))
    order = [key for key in keys[names[0]] if key in shared]
    aligned = {}
    for name, panel in panels.items():
        column = {key: j for j, key in enumerate(keys[name])}
        aligned[name] = panel.take_sites(np.array([column[key] for key in order], dtype=np.intp))
    return aligned


def _why_none(panels: dict[str, Panel]) -> str:
    contigs = {name: set(panel.sites.contigs()) for name, panel in panels.items()}
    bare = [{c.removeprefix("chr") for c in found} for found in contigs.values()]
    if set.intersection(*bare) and not set.intersection(*contigs.values()):
        spelt = ", ".join(f"{sorted(found)[0]} in {name}" for name, found in contigs.items())
        return f"contigs are spelt differently ({spelt}); rename them in one panel"
    return "compare panels of the same region and the same reference genome"
