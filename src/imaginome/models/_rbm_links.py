"""Which sites a local hidden unit sees: neighbours whose alleles go together within classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imaginome.arrays import Bools, Float32s, Int64s
from imaginome.parallel import pieces

REACH = 200
"""Most sites between two that a local hidden unit links."""
CHANCE = 4.5
"""Correlation that counts as linkage, in units of its standard error."""
BLOCK = 256
MOST_CORRELATION = 0.98
CAUTION = 1.0
UNLIKE = 0.25
"""Difference of correlations that makes a link of a group one of its own."""
Links = tuple[Int64s, Float32s]


def local_units(
    residual: Float32s,
    contigs: Int64s,
    scopes: Bools,
    most: int,
) -> tuple[Float32s, Int64s]:
    """Find the sites that each local unit sees, and a start for its weights.

    A unit stands on each site that is linked to any other: one for all people, and one for a
    group of people in which links differ from those found before. If these are too many, some
    of those for all people are taken, at equal distances.

    Parameters
    ----------
    residual
        Alleles less the mean of their class, ``float32`` of shape ``(n, n_sites)``.
    contigs
        Contig of each site as a number; no unit links two contigs.
    scopes
        Groups of rows in which links are looked for, ``(n_scopes, n)``; all rows first.
    most
        Most units.

    Returns
    -------
    weights, scope
        Where the weights of each unit begin, ``float32`` of shape ``(n_sites, n_units)``, zero
        at sites that it does not see; and the scope in which it was found, ``int64``.
    """
    found: dict[int, list[tuple[int, Links]]] = {}
    for scope, rows in enumerate(scopes):
        for site, links in _linked(residual[rows], contigs):
            if not any(_alike(links, known) for _, known in found.get(site, [])):
                found.setdefault(site, []).append((scope, links))
    units = [(site, *unit) for site in sorted(found) for unit in found[site]]
    if len(units) > most:
        units = [unit for unit in units if unit[1] == 0] or units
    chosen = np.unique(np.linspace(0, len(units) - 1, min(most, len(units))).astype(np.int64))
    weights = np.zeros((residual.shape[1], len(chosen)), dtype=np.float32)
    for unit, index in enumerate(chosen):
        site, _, (others, correlation) = units[index]
        weights[others, unit] = _start(correlation)
        weights[site, unit] = np.abs(weights[:, unit]).max()
    return weights, np.array([units[index][1] for index in chosen], dtype=np.int64)


def _start(correlation: Float32s) -> Float32s:
    """Return the weights with which two units would correlate two sites as much.

    Two units with weights w, w to both sites and inputs that are centred raise the log odds
    ratio of the sites by 4 log cosh(w / 2); it should be 4 artanh(r).
    """
    r = np.minimum(np.abs(correlation), MOST_CORRELATION)
    weights = 2 * np.arccosh(np.sqrt((1 + r) / (1 - r))) * CAUTION / np.sqrt(len(r))
    return np.asarray(np.sign(correlation) * weights, dtype=np.float32)


def _linked(residual: Float32s, contigs: Int64s) -> Iterator[tuple[int, Links]]:
    """Yield the linked neighbours, and correlations with them, of each site that has any."""
    n, n_sites = residual.shape
    scale = np.sqrt(np.square(residual).mean(0))
    standard = residual / np.where(scale > 0, scale, 1.0)
    for part in pieces(n_sites, BLOCK):
        first, last = max(0, part.start - REACH), min(n_sites, part.stop + REACH)
        correlation = standard[:, part].T @ standard[:, first:last] / n
        others = np.arange(first, last)
        for site, row in enumerate(correlation, part.start):
            seen = (np.abs(others - site) <= REACH) & (contigs[others] == contigs[site])
            seen &= (np.abs(row) > CHANCE / np.sqrt(n)) & (others != site)
            if seen.any():
                yield site, (others[seen], row[seen])


def _alike(links: Links, known: Links) -> bool:
    """Tell whether every link is known already, with the same sign and about as strong."""
    correlation = dict(zip(known[0].tolist(), known[1].tolist(), strict=True))
    pairs = [(value, correlation.get(site, 0.0)) for site, value in zip(*links, strict=True)]
    return all(abs(value - other) < UNLIKE for value, other in pairs)
