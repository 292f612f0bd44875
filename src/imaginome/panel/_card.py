"""A panel in a notebook: sizes, sites, labels; nobody's alleles and nobody's name."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from imaginome.display import card, facts
from imaginome.panel.panel import Panel

FEWEST = 5
SHOWN = 8
RARE, COMMON = 0.01, 0.05


def panel_card(panel: Panel) -> str:
    """Return the HTML that a notebook shows; groups of fewer than five people have no count."""
    sizes = (
        f"{panel.n_individuals:,} individuals · {panel.n_haplotypes:,} haplotypes · "
        f"{panel.n_sites:,} sites"
    )
    rows = [*_stretches(panel), *_spectrum(panel), *_labels(panel)]
    return str(card("Panel", sizes, facts(rows) if rows else Markup("")))


def _stretches(panel: Panel) -> list[tuple[str, str]]:
    rows = []
    for contig in panel.sites.contigs()[:SHOWN]:
        here = panel.sites.position[panel.sites.contig == contig]
        rows.append((f"{contig}", f"{here[0]:,}–{here[-1]:,}, {len(here):,} sites"))
    more = len(panel.sites.contigs()) - SHOWN
    return [*rows, ("", f"and {more} more contigs")] if more > 0 else rows


def _spectrum(panel: Panel) -> list[tuple[str, str]]:
    """Tell how many sites are rare; nothing of a panel of nobody."""
    if not panel.n_individuals or not panel.n_sites:
        return []
    alt = panel.frequencies()
    rarer = [min(value, 1 - value) for value in alt]
    counts = [
        (sum(f < RARE for f in rarer), "below 1%"),
        (sum(RARE <= f < COMMON for f in rarer), "1–5%"),
        (sum(f >= COMMON for f in rarer), "5% and more"),
    ]
    return [("rarer allele", " · ".join(f"{what}: {n:,} sites" for n, what in counts))]


def _labels(panel: Panel) -> list[tuple[str, str]]:
    samples = panel.samples
    columns = ("population", "superpopulation", "phenotype")
    named = {name: getattr(samples, name) for name in columns}
    return [(name, _counts(column)) for name, column in named.items() if column is not None]


def _counts(labels: object) -> str:
    counts = Counter(str(label) or "unknown" for label in labels)  # type: ignore[attr-defined]
    shown = [
        f"{name} {n:,}" if n >= FEWEST else f"{name} <{FEWEST}"
        for name, n in counts.most_common(SHOWN)
    ]
    more = len(counts) - SHOWN
    return " · ".join([*shown, f"and {more} more"] if more > 0 else shown)
