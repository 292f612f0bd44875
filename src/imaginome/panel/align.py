"""Bring panels to the same sites, so that column j means the same in each."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Bools
from imaginome.errors import ComparisonError
from imaginome.panel.panel import Haplotypes, Panel
from imaginome.panel.sites import Sites


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
        raise ComparisonError(
            f"{' and '.join(names)} share no site",
            _why_none({name: panel.sites for name, panel in panels.items()}),
        )
    order = [key for key in keys[names[0]] if key in shared]
    aligned = {}
    for name, panel in panels.items():
        column = {key: j for j, key in enumerate(keys[name])}
        aligned[name] = panel.take_sites(np.array([column[key] for key in order], dtype=np.intp))
    return aligned


def onto_sites(panel: Panel, sites: Sites) -> tuple[Haplotypes, Bools]:
    """Lay a panel onto other sites, matched by contig, position, ref and alt.

    Returns
    -------
    tuple
        Haplotypes at `sites`, ``uint8``, shape ``(n_haplotypes, len(sites))``, 0 where the panel
        has no such site; and where it has one, ``bool``, shape ``(len(sites),)``.

    Raises
    ------
    ComparisonError
        When no site is shared; the message says if only contig names or alleles differ.
    """
    column = {key: j for j, key in enumerate(panel.sites.keys())}
    wanted = sites.keys()
    source = np.array([column.get(key, -1) for key in wanted], dtype=np.intp)
    observed = source >= 0
    if not observed.any():
        both = {"the panel": panel.sites, "the model": sites}
        raise ComparisonError("panel and model share no site", _why_none(both))
    laid = np.zeros((panel.n_haplotypes, len(sites)), dtype=np.uint8)
    laid[:, observed] = panel.haplotypes[:, source[observed]]
    return laid, observed


def _why_none(sites: dict[str, Sites]) -> str:
    contigs = {name: set(panel_sites.contigs()) for name, panel_sites in sites.items()}
    bare = [{c.removeprefix("chr") for c in names} for names in contigs.values()]
    if set.intersection(*bare) and not set.intersection(*contigs.values()):
        spelt = ", ".join(f"{sorted(names)[0]} in {name}" for name, names in contigs.items())
        return f"contigs are spelt differently ({spelt}); rename them in one panel"
    places = [
        set(zip(panel_sites.contig, panel_sites.position.tolist(), strict=True))
        for panel_sites in sites.values()
    ]
    if set.intersection(*places):
        return "positions are shared, but with other alleles; bring REF and ALT to the same strand"
    return "compare panels of the same region and the same reference genome"
