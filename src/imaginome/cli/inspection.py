"""An inspected panel as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imaginome.formats.inspect import PanelSummary


def inspection_text(summary: PanelSummary) -> str:
    """Return what `inspect` prints: contents first, then what reading dropped or refuses."""
    lines = [
        f"format       {summary.format}",
        f"individuals  {summary.individuals:,} ({summary.haplotypes:,} haplotypes)",
        f"sites        {summary.sites:,}",
    ]
    lines += [f"  {c.contig}:{c.first:,}-{c.last:,}  {c.sites:,} sites" for c in summary.contigs]
    lines += _counts("rarer allele", summary.spectrum)
    lines += _counts("populations", summary.populations)
    lines += _counts("superpopulations", summary.superpopulations)
    lines += ["reading"] + [f"  {count:,} {what}" for what, count in summary.tally]
    if summary.problems:
        lines += ["problems"] + [f"  {problem}" for problem in summary.problems]
    return "\n".join(lines)


def _counts(title: str, counts: dict[str, int]) -> list[str]:
    if not counts:
        return []
    width = max(len(name) for name in counts)
    return [title] + [f"  {name:<{width}}  {count:,}" for name, count in counts.items()]
