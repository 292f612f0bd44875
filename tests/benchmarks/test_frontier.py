"""The mosaic frontier from a panel to its page, and again from what was kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.frontier import main, scores
from benchmarks.frontier.axes import AUC, LD, LONGEST, LOSS
from benchmarks.shared import points
from benchmarks.shared.command_line import panel_name
from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.errors import ComparisonError, FormatError, ImaginomeError, SettingsError
from imaginome.formats import ReadOptions, read_panel, write_panel
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evaluate import evaluate
from imaginome.models.registry import models
from imaginome.panel import Panel
from imaginome.panel.split import split
from imaginome.privacy.audit import audit
from imaginome.randomness import child_seed
from imaginome.runs.fitting import create, fit

ROOT = Path(__file__).parents[2]
PEOPLE = 120


@pytest.fixture(scope="module")
def small() -> Panel:
    """A part of the bundled panel: people of all its populations, sites one after the other."""
    options = ReadOptions(regions=(("sim1", 1, 40_000),), samples_table=DEMO_SAMPLES)
    panel = read_panel(DEMO_PANEL, options)
    return panel.take_individuals(np.arange(0, panel.n_individuals, panel.n_individuals // PEOPLE))


@pytest.fixture
def place(small, tmp_path) -> Path:
    write_panel(small, tmp_path / "small.vcf.gz")
    return tmp_path


def words(place: Path, *more: str) -> list[str]:
    return [str(place / "small.vcf.gz"), "-q", "-o", str(place / "out"), *more]


def test_from_panel_to_page(place, small):
    """Everything measured in earnest: values are those of the library, mosaics trade."""
    asked = words(place, "--lengths", "4", "400", "--model", "none", "--docs")
    found = main.run(asked, place)
    assert [group.name for group in found.groups] == ["mosaic 4", "mosaic 400"]
    short, long = found.of_kind("mosaic")
    for axis in (AUC, LD):
        assert long.spread(axis).mean < short.spread(axis).mean
    for axis in (LONGEST, LOSS):
        assert long.spread(axis).mean > short.spread(axis).mean
    _check_values(long, read_panel(place / "small.vcf.gz"))
    _check_outputs(place, small)


def _check_values(group, panel):
    """Evaluate and audit one point by hand."""
    train, holdout = split(panel, 0.5, 1)
    n = train.n_individuals
    made = fit(create("mosaic", ["length=400"]), train).sample(n, child_seed(1, "generate"))
    compared = Comparison.of(train, holdout, made, replicates=4)
    results = evaluate(compared, only=("classifier", "linkage")).metrics
    measures = {m.id: m for result in results for m in result.measures}
    attacks = audit(compared, only=("segments", "privacy-loss")).attacks
    findings = {f.id: f for attack in attacks for f in attack.findings}
    both = [measures[f"classifier.{kind}"] for kind in ("trees", "network")]
    assert group.on(AUC) == [max(m.artificial.value for m in both)]
    assert AUC.real(group.scores[0]) == max(m.ceiling.value for m in both)
    ld = measures["linkage.mae"]
    assert group.on(LD) == pytest.approx([ld.artificial.value / ld.ceiling.value])
    assert group.on(LONGEST) == [findings["segments.longest"].strength.value]
    assert group.on(LOSS) == [findings["privacy-loss.loss"].strength.value]


def _check_outputs(place, panel):
    data = json.loads((place / "out" / "frontier.json").read_text())
    assert [p["name"] for p in data["points"]] == ["mosaic 4", "mosaic 400"]
    for name in ("out/frontier.png", "out/frontier.svg", "images/frontier-small.png"):
        assert (place / name).stat().st_size > 1000
    text = (place / "benchmarks" / "frontier-small.md").read_text()
    assert "![Mosaic frontier: small](../images/frontier-small.png)" in text
    # Neither where the files lie nor anybody's name.
    assert str(place) not in text
    kept = (place / "out").rglob("*.json")
    written = text + "".join(file.read_text() for file in kept)
    assert not [name for name in panel.samples.id if name in written]


@pytest.fixture
def canned(monkeypatch) -> list[str]:
    """Judge nothing: every point gets the same values; the list tells what was measured."""
    measured = []
    values = dict.fromkeys(scores.WANTED, 0.6)

    def judge(comparison, **_):
        measured.append(comparison.artificial.n_individuals)

    monkeypatch.setattr(scores, "evaluate", judge)
    monkeypatch.setattr(main, "png", lambda *_: b"a picture")
    monkeypatch.setattr(scores, "audit", lambda *_, **__: None)
    monkeypatch.setattr(scores, "numbers", lambda *_: (values, values))
    return measured


def test_what_is_kept_is_not_measured_again(place, canned):
    asked = words(place, "--lengths", "5", "50", "--model", "independent", "--seeds", "2")
    main.run(asked)
    assert len(canned) == 6
    first = (place / "out" / "frontier.json").read_bytes()
    main.run(asked)
    assert len(canned) == 6
    assert (place / "out" / "frontier.json").read_bytes() == first
    main.run([*asked, "--again", "independent"])
    assert len(canned) == 8
    main.run([*asked, "--seeds", "3"])
    assert len(canned) == 11
    main.run([*asked, "-n", "12"])
    assert canned[11:] == [12] * 6


def test_what_is_measured_anew_is_forgotten_first(place, canned, monkeypatch):
    """An interrupt leaves no old score behind that a later call could take for a new one."""
    asked = words(place, "--lengths", "5", "50", "--model", "none", "--seeds", "2")
    main.run(asked)
    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(scores, "evaluate", interrupted)
        main.run([*asked, "--again", "mosaic 5"])
    main.run(asked)
    assert len(canned) == 6


def interrupted(*_, **__):
    raise KeyboardInterrupt


def test_a_damaged_file_is_measured_again(place, canned):
    asked = words(place, "--lengths", "5", "--model", "none")
    main.run(asked)
    file = next((place / "out" / "points").iterdir())
    file.write_text(file.read_text()[:100])
    main.run(asked)
    assert len(canned) == 2


def test_another_panel_is_measured_again(place, small, canned):
    asked = words(place, "--lengths", "5", "--model", "none")
    main.run(asked)
    other = small.take_individuals(np.arange(80))
    write_panel(other, place / "small.vcf.gz", force=True)
    main.run(asked)
    assert canned == [60, 40]


def test_a_checkpoint_stays_until_the_score_is_safe(place, canned, monkeypatch):
    def fit_with_checkpoint(model, train, *, checkpoint, **how):
        checkpoint.write_bytes(b"a fit")
        return fit(model, train)

    def left():
        return len(list((place / "out" / "points").glob("*.checkpoint.safetensors")))

    monkeypatch.setattr(points, "fit", fit_with_checkpoint)
    asked = words(place, "--lengths", "5", "--model", "none")
    with monkeypatch.context() as cut, pytest.raises(KeyboardInterrupt):
        cut.setattr(scores, "evaluate", interrupted)
        main.run(asked)
    assert left() == 1
    main.run(asked)
    assert left() == 0


def test_a_published_set_is_read_with_the_legend_of_the_panel(place, small, canned):
    write_panel(small, place / "real.hapt.gz")
    (place / "made.hapt.gz").write_bytes((place / "real.hapt.gz").read_bytes())
    asked = [str(place / "real.hapt.gz"), "-q", "-o", str(place / "out"), "--model", "none"]
    made = f"everyone={place / 'made.hapt.gz'}"
    found = main.run([*asked, "--lengths", "5", "--published", made, "--docs"], place)
    assert canned == [PEOPLE // 2, PEOPLE]
    assert [group.name for group in found.of_kind("published")] == ["everyone"]
    text = (place / "benchmarks" / f"frontier-{place.name}.md").read_text()
    assert "--published everyone=made.hapt.gz" in text
    assert "they get no margin" in text


@pytest.mark.parametrize(
    ("more", "error", "match"),
    [
        (["--model", "hmmm"], ImaginomeError, "did you mean 'hmm'"),
        (["--model", "hmm:nothing=3"], SettingsError, "no setting 'nothing'"),
        (["--model", "markov", "--model", "markov"], SettingsError, "'markov' is there twice"),
        (["--lengths", "0.5"], SettingsError, "length"),
        (["--published", "x"], SettingsError, "NAME=FILE"),
        (["--published", "x=nowhere.vcf"], FormatError, "nowhere.vcf"),
        (["--name", "../x"], SettingsError, "cannot name a file"),
        (["--again", "nobody"], SettingsError, "no point is called 'nobody'"),
        (["--seeds", "0"], SettingsError, "at least one"),
        (["--seeds", "x"], SettingsError, "--seeds"),
        (["-n", "3"], ComparisonError, "could not be computed"),
    ],
)
def test_what_cannot_work_is_said(place, more, error, match):
    with pytest.raises(error, match=match):
        main.run(words(place, *more))


def test_a_failure_is_one_line():
    command = [sys.executable, "-m", "benchmarks.frontier", "nowhere.vcf.gz"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "frontier: error: there is no file nowhere.vcf.gz: check the path\n"


def test_every_generator_is_a_point_unless_some_are_chosen():
    found = main.points(main.parser().parse_args(["panel.vcf.gz"]))
    others = [model for model in models.ids() if model != "mosaic"]
    assert [point.name for point in found if point.kind == "model"] == others
    lengths = [point.length for point in found if point.kind == "mosaic"]
    assert lengths == [50, 100, 200, 500, 1000, 2000, 5000, 10_000]


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (["some/where.vcf.gz"], "where"),
        (["some/real.vcf.gz"], "some"),
        (["some/real.vcf.gz", "-r", "15:1-9,16:5"], "some-15-1-9-16-5"),
        (["some/real.vcf.gz", "-r", "15:1-9", "--name", "short"], "short"),
    ],
)
def test_a_panel_has_a_name_of_its_own(asked, name):
    assert panel_name(main.parser().parse_args(asked)) == name


def test_points_of_other_settings_have_other_files():
    slugs = {
        points.learned(words).slug for words in ("mosaic", "mosaic:length=5", "mosaic:length=6")
    }
    assert len(slugs) == 3
    # Named or not, a default is the same.
    same = (points.learned("mosaic").recipe, points.learned("mosaic:length=200").recipe)
    assert same[0] == same[1]
