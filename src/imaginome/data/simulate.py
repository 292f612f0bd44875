"""Simulate the panel that ships with the package: ``python -m imaginome.data.simulate -o DIR``.

People of three populations under the out-of-Africa model of Gutenkunst et al. 2009
(doi 10.1371/journal.pgen.1000695) as catalogued by stdpopsim, drawn by msprime. Needs the extra
``simulate``. Running it again gives the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from imaginome.formats import write_panel
from imaginome.outputs import write_text
from imaginome.panel import Panel, Samples, Sites, strings

SEED = 20210204
LENGTH = 350_000
PEOPLE = {"YRI": 200, "CEU": 200, "CHB": 200}
SUPERPOPULATIONS = {"YRI": "AFR", "CEU": "EUR", "CHB": "EAS"}
FEWEST_COPIES = 2


def simulate() -> tuple[Any, list[str]]:
    """Return the mutated tree sequence and the population of each individual."""
    import msprime
    import stdpopsim

    model = stdpopsim.get_species("HomSap").get_demographic_model("OutOfAfrica_3G09")
    demography = model.model
    trees = msprime.sim_ancestry(
        samples=[msprime.SampleSet(n, population=name) for name, n in PEOPLE.items()],
        demography=demography,
        sequence_length=LENGTH,
        recombination_rate=1.2e-8,
        random_seed=SEED,
    )
    mutated = msprime.sim_mutations(trees, rate=1.29e-8, random_seed=SEED + 1)
    return mutated, [name for name, n in PEOPLE.items() for _ in range(n)]


def to_panel(trees: Any, populations: list[str]) -> Panel:
    """Turn biallelic sites that are seen at least twice into a panel."""
    genotypes = trees.genotype_matrix().T
    copies = genotypes.sum(axis=0)
    alleles = [variant.alleles for variant in trees.variants()]
    single = np.array([len(site_alleles) == 2 for site_alleles in alleles])
    kept = single & (copies >= FEWEST_COPIES) & (copies <= len(genotypes) - FEWEST_COPIES)
    index = np.flatnonzero(kept)
    positions = np.array([int(site.position) + 1 for site in trees.sites()], dtype=np.int64)
    sites = Sites(
        contig=strings(["sim1"] * len(index)),
        position=positions[index],
        id=strings([f"sim{j + 1}" for j in range(len(index))]),
        ref=strings([alleles[j][0] for j in index]),
        alt=strings([alleles[j][1] for j in index]),
    )
    samples = Samples(
        id=strings([f"SIM{i + 1:04d}" for i in range(len(populations))]),
        population=strings(populations),
        superpopulation=strings([SUPERPOPULATIONS[name] for name in populations]),
    )
    return Panel(np.ascontiguousarray(genotypes[:, index], dtype=np.uint8), sites, samples)


def samples_table(samples: Samples) -> str:
    """Return the table of labels as tab-separated text."""
    assert samples.population is not None
    assert samples.superpopulation is not None
    rows = zip(samples.id, samples.population, samples.superpopulation, strict=True)
    lines = ["\t".join(row) for row in [("sample", "population", "superpopulation"), *rows]]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write ``demo.vcf.gz`` (with index) and ``demo.samples.tsv`` into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).parent)
    folder: Path = parser.parse_args().output
    panel = to_panel(*simulate())
    note = f"simulated: msprime, stdpopsim HomSap/OutOfAfrica_3G09, seed {SEED}"
    write_panel(panel, folder / "demo.vcf.gz", notes=[note], force=True)
    write_text(folder / "demo.samples.tsv", samples_table(panel.samples), force=True)
    print(f"{panel.n_individuals} individuals, {panel.n_sites} sites")  # noqa: T201


if __name__ == "__main__":
    main()
