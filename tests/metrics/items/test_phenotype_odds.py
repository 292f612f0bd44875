"""Odds ratios against tables worked by hand, and what strata are for."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.metrics.items.phenotype import allele_tables, log_odds
from imaginome.panel import strings


def people(rng, shares, odds_ratio, n):
    """Draw people of two strata: stratum s has allele and label frequencies `shares[s]`."""
    haplotypes, value, stratum = [], [], []
    for s, (allele, label) in enumerate(shares):
        for _ in range(n):
            has = rng.random() < label
            odds = allele / (1 - allele) * (odds_ratio if has else 1.0)
            haplotypes += list(rng.random(2) < odds / (1 + odds))
            value.append("yes" if has else "no")
            stratum.append(f"s{s}")
    return np.array(haplotypes, dtype=np.uint8)[:, None], strings(value), strings(stratum)


def estimated(haplotypes, value, stratum):
    everyone = np.ones((1, len(value)))
    names, counts, sizes = allele_tables(haplotypes, value, stratum, everyone)
    return log_odds(counts, sizes, names.index("yes"))[0, 0]


def naive(haplotypes, value, stratum):
    above = below = 0.0
    for place in set(stratum):
        a = b = c = d = 0
        for i in range(len(value)):
            if stratum[i] == place:
                for allele in haplotypes[2 * i : 2 * i + 2, 0]:
                    a += value[i] == "yes" and allele == 1
                    b += value[i] == "yes" and allele == 0
                    c += value[i] == "no" and allele == 1
                    d += value[i] == "no" and allele == 0
        above += a * d / (a + b + c + d)
        below += b * c / (a + b + c + d)
    return np.log(above / below)


def test_it_is_what_a_loop_over_alleles_finds():
    drawn = people(np.random.default_rng(1), [(0.2, 0.3), (0.6, 0.5)], 2.0, 60)
    assert estimated(*drawn) == pytest.approx(naive(*drawn))


def test_known_odds_are_recovered():
    drawn = people(np.random.default_rng(2), [(0.2, 0.3), (0.6, 0.5)], 3.0, 4000)
    assert estimated(*drawn) == pytest.approx(np.log(3.0), abs=0.1)


def test_differences_between_strata_are_no_association():
    haplotypes, value, stratum = people(
        np.random.default_rng(3), [(0.1, 0.1), (0.8, 0.8)], 1.0, 4000
    )
    assert estimated(haplotypes, value, stratum) == pytest.approx(0.0, abs=0.12)
    together = strings(["one"] * len(stratum))
    assert estimated(haplotypes, value, together) > 1.0


def test_weights_count_people():
    rng = np.random.default_rng(4)
    haplotypes, value, stratum = people(rng, [(0.3, 0.4), (0.5, 0.5)], 2.0, 40)
    weights = rng.multinomial(80, np.full(80, 1 / 80), size=3)
    names, counts, sizes = allele_tables(haplotypes, value, stratum, weights)
    found = log_odds(counts, sizes, names.index("yes"))
    for r, times in enumerate(weights):
        rows = np.repeat(np.arange(80), times)
        alleles = haplotypes.reshape(80, 2, 1)[rows].reshape(-1, 1)
        assert found[r, 0] == pytest.approx(naive(alleles, value[rows], stratum[rows]))


def test_nothing_can_be_said_of_a_constant_site():
    haplotypes, value, stratum = people(np.random.default_rng(5), [(0.3, 0.4)], 1.0, 20)
    assert np.isnan(estimated(np.zeros_like(haplotypes), value, stratum))


def test_an_allele_that_goes_with_the_label_without_exception_has_finite_odds():
    """20 of 20 against 5 of 40; Haldane's half a haplotype, by hand."""
    value = strings(["yes"] * 10 + ["no"] * 20)
    haplotypes = np.zeros((60, 1), dtype=np.uint8)
    haplotypes[:25] = 1
    expected = np.log(20.5 * 35.5 / (0.5 * 5.5))
    assert estimated(haplotypes, value, strings([""] * 30)) == pytest.approx(expected)
    flipped = estimated(1 - haplotypes, value, strings([""] * 30))
    assert flipped == pytest.approx(-expected)
    # A stratum in which nothing varies, and one without the label, change nothing.
    more = np.concatenate([haplotypes, np.ones((30, 1), np.uint8), haplotypes[20:40]])
    values = strings([*value, *(["yes"] * 5 + ["no"] * 10), *(["no"] * 10)])
    strata = strings(["a"] * 30 + ["b"] * 15 + ["c"] * 10)
    assert estimated(more, values, strata) == pytest.approx(expected)
