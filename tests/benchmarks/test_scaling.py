"""Growth exponents, the plan, and costs measured in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scaling import main, point
from benchmarks.scaling.main import command, parser, plan_of, units_of
from benchmarks.scaling.page import Long, Scaling, exponent, page
from benchmarks.scaling.plan import AXES, Plan, Size, part
from benchmarks.scaling.point import Cost, Job, measured, measured_apart
from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.errors import FormatError, ImaginomeError, SettingsError
from imaginome.models.registry import models
from imaginome.provenance import peak_memory_mb

ROOT = Path(__file__).parents[2]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets a peak")
PLAN = Plan(
    Size(200, 30, 4), {"sites": (100, 200, 400), "people": (60, 30), "units": (4, 8, 16, 32)}
)


def given(*words: str):
    return parser().parse_args([str(DEMO_PANEL), *words])


def cost_of(size: Size) -> Cost:
    """A generator whose every cost follows a power of every size."""
    grown = size.sites * size.people**2 * size.units**1.5
    return Cost(
        fit=grown,
        fit_cpu=2 * grown,
        draw=size.sites,
        score=None,
        peak=9.0,
        added=(size.people * size.units) ** 0.5,
    )


def made_up() -> Scaling:
    return Scaling(
        model="hmm",
        settings=("rounds=3",),
        units="clusters",
        panel="somewhere",
        command="the command",
        machine="a machine",
        seed=7,
        threads=2,
        haplotypes=1000,
        plan=PLAN,
        costs={size: cost_of(size) for size in PLAN.sizes()},
        long=Long(10_000, Size(10_000, 30, 64), cost_of(Size(10_000, 30, 64))),
    )


@pytest.mark.parametrize("power", [0.0, 1.0, 2.5, -0.5])
def test_an_exponent_is_the_power_of_a_power_law(power):
    sizes = [3, 10, 50, 60]
    assert exponent(sizes, [0.01 * size**power for size in sizes]) == pytest.approx(power)


def test_an_exponent_is_the_slope_of_the_least_squares_line():
    sizes, costs = np.array([1.0, 2, 4, 8, 20]), np.array([1.0, 5, 3, 30, 31])
    slope = np.polyfit(np.log(sizes), np.log(costs), 1)[0]
    assert exponent(list(sizes), list(costs)) == pytest.approx(slope)


def test_no_exponent_without_two_sizes_and_all_costs():
    assert exponent([5], [1.0]) is None
    assert exponent([5, 5], [1.0, 2.0]) is None
    assert exponent([5, 6], [1.0, None]) is None
    assert exponent([5, 6], [1.0, 0.0]) is None


def test_only_one_thing_varies_along_an_axis():
    for axis in AXES:
        along = PLAN.along(axis)
        assert [getattr(size, axis) for size in along] == sorted(PLAN.values[axis])
        assert {replace(size, **{axis: 0}) for size in along} == {replace(PLAN.base, **{axis: 0})}
    assert PLAN.sizes()[0] == PLAN.base
    assert len(set(PLAN.sizes())) == len(PLAN.sizes()) == 1 + 2 + 1 + 3


def test_the_base_point_is_on_every_axis():
    plan = Plan(Size(7, 8, 9), {"sites": (5,), "people": (5,), "units": (5,)})
    assert all(plan.base in plan.along(axis) for axis in AXES)
    assert Plan(Size(7, 8, None), plan.values).along("units") == []


def test_a_part_keeps_all_populations_and_repeats_sites_along_the_genome(panel):
    few = part(panel, 3 * panel.n_sites + 5, panel.n_individuals // 3)
    homes, counts = np.unique(few.samples.population.astype(str), return_counts=True)
    everyone, all_counts = np.unique(panel.samples.population.astype(str), return_counts=True)
    assert list(homes) == list(everyone)
    assert (np.abs(counts - all_counts / 3) <= 1).all()
    n = panel.n_sites
    assert (few.haplotypes[:, n : 2 * n] == few.haplotypes[:, :n]).all()
    assert (few.haplotypes[:, 3 * n :] == few.haplotypes[:, :5]).all()
    assert (np.diff(few.sites.position) >= 0).all()
    assert few.sites.position[n] > few.sites.position[n - 1]


def test_a_part_holds_people_as_they_are(panel):
    few = part(panel, 10, 7)
    rows = {name: i for i, name in enumerate(panel.samples.id)}
    for i, name in enumerate(few.samples.id):
        whole = panel.haplotypes[2 * rows[name] : 2 * rows[name] + 2, :10]
        assert (few.haplotypes[2 * i : 2 * i + 2] == whole).all()


def test_more_people_than_there_are_is_refused(panel):
    with pytest.raises(SettingsError, match="individuals"):
        part(panel, 10, panel.n_individuals + 1)


def test_the_page_states_exponents_machine_and_seed():
    text = page(made_up())
    assert "`the command`; seed 7; a machine, 2 threads" in text
    assert "got 2.00 CPU seconds a second of the clock, of 2 that" in text
    slopes = [line for line in text.splitlines() if " to " in line and line.startswith("|")]
    assert slopes == [
        "| sites (100 to 400) | 1.00 (1.00) | 1.00 (1.00) | 1.00 (1.00) | - | 0.00 (0.00) |",
        "| train haplotypes (60 to 120) | 2.00 (2.00) | 2.00 (2.00) | 0.00 (0.00) | - "
        "| 0.50 (0.50) |",
        "| clusters (4 to 32) | 1.50 (1.50) | 1.50 (1.50) | 0.00 (0.00) | - | 0.50 (0.50) |",
    ]
    assert "10,000 haplotypes of 10,000 sites are drawn in **10,000 s** from 64 clusters" in text


@on_linux
def test_memory_is_the_points_own_and_grows_with_it(panel):
    """Neither what this process held before counts, nor what the tests around it held."""
    large = np.ones(600 << 20, dtype=np.uint8)
    assert peak_memory_mb() > 600
    del large
    sites = [100, 24_000]
    jobs = [Job(part(panel, n, 30), "hmm", ("clusters=12",), 20, 1, 1) for n in sites]
    small, big = (measured_apart(job) for job in jobs)
    # A process that has to compile first holds some 350 MiB.
    assert small.peak < 500
    # Alleles and three populations' jumps of 12 clusters, float32, at least.
    assert big.added > small.added + 24_000 * 12 * 4 * 4 / 2**20
    assert big.fit > small.fit


def test_what_cannot_be_measured_is_left_out(panel, monkeypatch, tmp_path):
    monkeypatch.setattr(point, "PROCESS", tmp_path)
    cost = measured(Job(part(panel, 20, 20), "mosaic", (), 10, 1, 1))
    assert cost.peak is None and cost.added is None
    assert (cost.score is None) is ("log_likelihood" not in models.get("mosaic").capabilities)
    assert cost.fit > 0 and cost.draw > 0


def test_from_panel_to_page(tmp_path):
    out = tmp_path / "scaling.md"
    words = [str(DEMO_PANEL), "--samples", str(DEMO_SAMPLES), "--model", "independent", "-q"]
    words += ["--base", "50", "40", "1", "--sites", "100", "--people", "40", "--threads", "1"]
    found = main.run([*words, "--draw", "30", "80", "-o", str(out)])
    assert list(found.costs) == [Size(50, 40, None), Size(100, 40, None)]
    assert found.long.size == Size(80, 40, None)
    text = out.read_text()
    assert "`independent`" in text and "30 haplotypes of 80 sites" in text
    assert "clusters" not in text


def test_the_command_says_what_was_chosen():
    assert command(given()) == f"python -m benchmarks.scaling {DEMO_PANEL.parent.name}/" + (
        f"{DEMO_PANEL.name} --seed 1"
    )
    chosen = command(given("--sites", "5", "9", "--set", "rounds=1", "--holdout", "0.3"))
    assert "--set rounds=1 --sites 5 9 --holdout 0.3 --seed 1" in chosen


def test_models_without_such_a_size_have_no_such_axis():
    assert units_of(given()) == "clusters"
    assert units_of(given("--model", "independent")) == ""
    assert plan_of(given("--model", "independent")).base.units is None


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--model", "nothing"), "nothing"),
        (("--set", "round=3"), "rounds"),
        (("--sites", "0"), "positive"),
        (("--sizes", "1"), "clusters"),
        (("--draw", "5", "10"), "even"),
        (("--nonsense",), "nonsense"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_read(words, match):
    with pytest.raises(ImaginomeError, match=match):
        plan_of(given(*words))


def test_a_missing_panel_is_one_line():
    with pytest.raises(FormatError):
        main.run(["nowhere.vcf.gz"])
    words = [sys.executable, "-m", "benchmarks.scaling", "nowhere.vcf.gz"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("scaling: error: there is no")
