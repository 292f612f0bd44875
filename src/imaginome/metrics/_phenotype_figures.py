"""The strongest associations of a phenotype, as a figure and a table."""

from __future__ import annotations

from imaginome.metrics._phenotype_effects import Effects
from imaginome.metrics._results import estimated, short
from imaginome.metrics.bootstrap import estimate
from imaginome.panel import Sites
from imaginome.results import Cell, Estimate, Figure, Table

ORDER = ("holdout", "train", "artificial")


def strongest_figure(effects: Effects, sites: Sites) -> Figure:
    """Return the log odds ratios at the strongest sites in each panel."""
    names: list[float | str] = list(_names(effects, sites))
    series = []
    for name in ORDER:
        found = _estimates(effects, name)
        series.append(estimated(name, names, found))
    return Figure(
        id="phenotype.strongest",
        title="The strongest associations of the phenotype",
        reading="Artificial points at the height of the others: whoever scans artificial people "
        "finds the associations that real people have. The sites were chosen in the holdout, "
        "where chance exaggerates them; compare artificial with train.",
        kind="points",
        x_label="site",
        y_label="log odds ratio of ALT, within populations",
        series=series,
    )


def strongest_table(effects: Effects, sites: Sites) -> Table:
    """Return the same as a table, with intervals."""
    columns = ["site", "id", "phenotype"]
    for name in ORDER:
        columns += [name, f"{name}, low", f"{name}, high"]
    panels = [_estimates(effects, name) for name in ORDER]
    rows = []
    for k, (case, j) in enumerate(effects.strongest):
        site = effects.sites[effects.drawn[j]]
        row: list[Cell] = [_place(sites, site), str(sites.id[site]), effects.cases[case]]
        for found in panels:
            e = found[k]
            row += [None if v is None else short(v) for v in (e.value, e.low, e.high)]
        rows.append(row)
    return Table(
        id="phenotype.strongest",
        title="Log odds ratios at the strongest sites of the holdout",
        columns=columns,
        rows=rows,
    )


def _estimates(effects: Effects, name: str) -> list[Estimate]:
    found = []
    for case, j in effects.strongest:
        value = float(effects.whole[name][case, effects.drawn[j]])
        found.append(estimate(value, effects.spread[name][case, :, j]))
    return found


def _names(effects: Effects, sites: Sites) -> list[str]:
    many = len(effects.cases) > 1
    return [
        _place(sites, effects.sites[effects.drawn[j]]) + (f" {effects.cases[case]}" * many)
        for case, j in effects.strongest
    ]


def _place(sites: Sites, site: int) -> str:
    return f"{sites.contig[site]}:{sites.position[site]}"
