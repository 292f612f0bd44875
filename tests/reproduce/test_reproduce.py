"""A programme from end to end on a tiny data folder of the same layout."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import FormatError, OutputError, UnknownIdError
from imaginome.formats import read_panel, write_panel
from imaginome.metrics.registry import metrics
from imaginome.models.base import Generator
from imaginome.panel import Panel, Samples, strings
from imaginome.privacy.registry import attacks
from imaginome.reproduce import stages
from imaginome.reproduce.base import Effort, PlannedModel, PlannedPanel
from imaginome.reproduce.programmes.yelmen2021 import Yelmen2021
from imaginome.reproduce.registry import programmes
from imaginome.reproduce.results import Reproduction
from imaginome.reproduce.run import ReproduceRequest, reproduce
from imaginome.reproduce.stages import DataFolder
from imaginome.runs.fitting import create
from tests.support.simulated import simulated_panel

CHAIN = PlannedModel("chain", "A chain", "hmm", quick=("clusters=4", "rounds=2", "full_rounds=0"))
PLAIN = PlannedModel("plain", "Plain sites", "independent", quick=("by_population=false",))

DEAF = PlannedModel("deaf", "Deaf to phenotypes", "markov")
TRAIT_SITE = 6_500


def tiny_panel(panel: PlannedPanel) -> PlannedPanel:
    """Return a panel with models of a second; its trait at a site that the simulated panel has."""
    if panel.trait is None:
        return replace(panel, models=(PLAIN, CHAIN))
    trait = replace(panel.trait, contig="1", position=TRAIT_SITE, chances=(0.1, 0.5, 1.0))
    return replace(panel, models=(PLAIN, DEAF), region="1:5000-30000", trait=trait)


class Tiny(Yelmen2021):
    """The programme with two models of a second each, and few people."""

    panels = tuple(tiny_panel(panel) for panel in Yelmen2021.panels)
    quick = Effort(20, 10, ("frequency", "structure"), ("aats",))


def unlabelled(panel: Panel, seed: int) -> Panel:
    """Make of a panel what somebody might release: other people, no labels."""
    rng = np.random.default_rng(seed)
    rows = panel.haplotypes[rng.permutation(panel.n_haplotypes)]
    names = strings([f"AG{i}" for i in range(panel.n_individuals)])
    return Panel(rows ^ (rng.random(rows.shape) < 0.02), panel.sites, Samples(names))


@pytest.fixture(scope="session")
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "kgp-805").mkdir()
    (folder / "kgp-chr15-10k").mkdir()
    sparse, dense = simulated_panel(60, 60, seed=3), simulated_panel(60, 90, seed=4)
    write_panel(sparse, folder / "kgp-805" / "real.hapt.gz")
    write_panel(dense, folder / "kgp-chr15-10k" / "real.vcf.gz")
    for i, name in enumerate(("rbm", "gan")):
        write_panel(unlabelled(sparse, i), folder / "kgp-805" / f"published-{name}.hapt.gz")
        (folder / "kgp-805" / f"published-{name}.legend").unlink()
    made = folder / "kgp-chr15-10k" / "published-genomator.vcf.gz"
    write_panel(unlabelled(dense, 9), made)
    rows = zip(sparse.samples.id, sparse.samples.population, strict=True)
    lines = ["sample\tpopulation", *("\t".join(row) for row in rows)]
    (folder / "samples.tsv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(autouse=True)
def tiny(monkeypatch):
    monkeypatch.setattr("imaginome.reproduce.programmes.yelmen2021.ITEM", Tiny)


def request(data: Path, output: Path, **changes) -> ReproduceRequest:
    return replace(ReproduceRequest("yelmen2021", data, output, quick=True), **changes)


@pytest.fixture(scope="session")
def reproduced(data, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("reproduced") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("imaginome.reproduce.programmes.yelmen2021.ITEM", Tiny)
        reproduce(request(data, out))
    return out


def kept(out: Path) -> Reproduction:
    return Reproduction.model_validate_json((out / "reproduce.json").read_bytes())


def test_the_page_names_every_set_and_says_that_it_was_quick(reproduced):
    names = [model.name for panel in Tiny.panels for model in panel.models if model is not DEAF]
    names += [made.name for panel in Tiny.panels for made in panel.published]
    for page in ("page.html", "page.md", "table.md"):
        text = (reproduced / page).read_text()
        for name in {*names, "ceiling: real people"}:
            assert name in text, (page, name)
        assert "This is a quick run" in text
    html = (reproduced / "page.html").read_text()
    assert "http://" not in html.split("</main>")[0]
    for chapter in Tiny.chapters:
        assert f'id="{chapter.id}"' in html


def test_every_value_is_that_of_its_run(reproduced):
    result = kept(reproduced)
    for panel in Tiny.panels[:2]:
        scores = result.scores(panel.id)
        assert {"frequency.mae", "structure.sliced", "aats.truth"} <= set(scores)
        for reading in scores["frequency.mae"].readings:
            run = reproduced / "runs" / f"{panel.id}-{reading.set}-seed1" / "metrics.json"
            (found,) = [
                m for m in json.loads(run.read_text())["metrics"] if m["metric"] == "frequency"
            ]
            (mae,) = [m for m in found["measures"] if m["id"] == "frequency.mae"]
            assert reading.values == [mae["artificial"]["value"]]
            assert reading.multiple == pytest.approx(
                mae["artificial"]["value"] / mae["ceiling"]["value"]
            )
        assert len(scores["frequency.mae"].readings) == len(panel.models) + len(panel.published)


def test_all_sets_share_one_ceiling(reproduced):
    """Same split, same number of people: sets may be compared with each other."""
    for panel in Tiny.panels:
        ceilings = set()
        for folder in (reproduced / "runs").glob(f"{panel.id}-*"):
            found = json.loads((folder / "metrics.json").read_text())["metrics"][0]["measures"]
            ceilings.add(tuple(m["ceiling"]["value"] for m in found))
        assert len(ceilings) == 1


def test_one_figure_holds_every_set_and_real_people_once(reproduced):
    (chapter,) = [c for c in kept(reproduced).chapters if c.id == "frequencies"]
    for analysis, panel in zip(chapter.analyses[:2], Tiny.panels[:2], strict=True):
        figure = next(f for f in analysis.figures if f.id == "frequency.spectrum")
        names = [series.name for series in figure.series]
        assert len(names) == len(set(names))
        sets = {*(m.name for m in panel.models), *(p.name for p in panel.published)}
        assert sets <= set(names)
        assert len([s for s in figure.series if s.role in ("real", "holdout")]) == 1


def test_released_sets_have_no_verdict(reproduced):
    result = kept(reproduced)
    for panel in result.panels:
        for facts in panel.sets:
            judged = facts.kind == "ours" and not facts.skipped
            assert bool(facts.verdicts) == judged
    assert "cannot be judged" in (reproduced / "page.md").read_text()


def test_a_second_call_computes_nothing(data, reproduced, tmp_path, monkeypatch):
    out = tmp_path / "out"
    shutil.copytree(reproduced, out)

    def never(*_, **__):
        raise AssertionError("it computed again")

    for name in ("run", "evaluate", "audit"):
        monkeypatch.setattr(stages, name, never)
    (out / "page.html").unlink()
    reproduce(request(data, out))
    assert (out / "page.html").exists()
    assert kept(out).chapters == kept(reproduced).chapters


def test_it_goes_on_after_an_interrupt(data, reproduced, tmp_path, monkeypatch):
    """In the middle of a run, and with what was finished before it."""
    out = tmp_path / "out"
    sample = Generator.sample
    calls = []

    def interrupted(self, *args, **kwargs):
        calls.append(self.id)
        if len(calls) == 4:  # the second model on the second panel
            raise KeyboardInterrupt
        return sample(self, *args, **kwargs)

    monkeypatch.setattr(Generator, "sample", interrupted)
    with pytest.raises(KeyboardInterrupt):
        reproduce(request(data, out))
    assert not (out / "page.html").exists()
    assert (out / "runs" / "kgp-chr15-10k-chain-seed1.partial" / "model").is_dir()
    reproduce(request(data, out))
    assert len(calls) == 6, "the interrupted run draws again, and the one that was left"
    assert kept(out).chapters == kept(reproduced).chapters
    assert not list((out / "runs").glob("*.partial"))


def test_a_metric_that_is_newer_is_added(data, reproduced, tmp_path, monkeypatch):
    out = tmp_path / "out"
    shutil.copytree(reproduced, out)
    more = replace(Tiny.quick, metrics=(*Tiny.quick.metrics, "distances", "likelihood"))
    monkeypatch.setattr(Tiny, "quick", more)
    monkeypatch.setattr(stages, "run", None)
    result = reproduce(request(data, out))
    assert len(result.scores("kgp-805")["distances.within"].readings) == 4
    of_models = [s for s in result.scores("kgp-805").values() if s.id.startswith("likelihood.")]
    assert of_models, "what only a model can tell is asked of the model that was kept"
    assert {r.set for r in of_models[0].readings} == {"plain", "chain"}
    before = kept(reproduced).scores("kgp-805")["frequency.mae"]
    assert result.scores("kgp-805")["frequency.mae"] == before


def test_several_seeds_stand_with_their_spread(data, reproduced, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(reproduced, out)
    result = reproduce(request(data, out, seeds=2))
    score = result.scores("kgp-805")["frequency.mae"]
    assert all(len(reading.values) == 2 for reading in score.readings)
    assert len(set(score.reference)) == 2, "each seed has its own split"
    assert "±" in (out / "table.md").read_text()


def test_a_trait_follows_the_genes_of_real_people(data, tmp_path):
    panel, folder = Tiny.panels[2], DataFolder(data, Tiny, tmp_path)
    with folder.labelled(panel, 1):
        train, holdout = folder.halves(panel, 1)
    assert list(tmp_path.iterdir()) == [], "what tells of real people does not stay"
    assert train.sites.position.min() >= 5000
    assert train.sites.position.max() <= 30_000
    at = int(np.flatnonzero(train.sites.position == TRAIT_SITE)[0])
    blue = [0, 0, 0]
    people = [0, 0, 0]
    for half in (train, holdout):
        copies = half.haplotypes[0::2, at] + half.haplotypes[1::2, at]
        assert set(half.samples.phenotype) == {"blue", "brown"}
        assert half.samples.population is not None
        for k, eyes in zip(copies, half.samples.phenotype, strict=True):
            people[k] += 1
            blue[k] += eyes == "blue"
    assert min(people) > 5
    assert blue[2] == people[2], "two copies: always"
    assert blue[0] / people[0] < 0.35, "no copy: one in ten"


def test_a_model_that_learned_a_trait_draws_it(reproduced):
    run = reproduced / "runs" / "eye-colour-plain-seed1"
    made = read_panel(run / "artificial.vcf.gz").samples
    assert set(made.phenotype) <= {"blue", "brown"}
    assert not list(reproduced.glob(".*"))
    (facts,) = [s for s in kept(reproduced).panels[2].sets if s.id == "deaf"]
    assert facts.skipped == "it cannot learn a phenotype"


def test_chapters_hold_only_the_panels_that_they_are_about(reproduced):
    chapters = {chapter.id: chapter for chapter in kept(reproduced).chapters}
    assert "eye-colour" in [a.panel for a in chapters["phenotype"].analyses]
    assert "eye-colour" not in [a.panel for a in chapters["structure"].analyses]


def test_missing_panels_are_named_at_once(data, tmp_path):
    part = tmp_path / "data"
    shutil.copytree(data, part)
    (part / "samples.tsv").unlink()
    (part / "kgp-chr15-10k" / "real.vcf.gz").unlink()
    with pytest.raises(FormatError, match=r"lacks samples\.tsv, kgp-chr15-10k/real\.vcf\.gz"):
        reproduce(request(part, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_missing_released_set_is_skipped_and_said(data, reproduced, tmp_path):
    part, out = tmp_path / "data", tmp_path / "out"
    shutil.copytree(data, part)
    shutil.copytree(reproduced, out)
    (part / "kgp-805" / "published-gan.hapt.gz").unlink()
    result = reproduce(request(part, out))
    (facts,) = [s for s in result.panels[0].sets if s.id == "published-gan"]
    assert facts.skipped == "kgp-805/published-gan.hapt.gz is missing"
    for page in ("page.html", "page.md"):
        assert facts.skipped in (out / page).read_text()


def test_another_plan_is_refused_without_force(data, reproduced, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(reproduced, out)
    with pytest.raises(OutputError, match="another plan"):
        reproduce(request(data, out, seed=7))
    result = reproduce(request(data, out, seed=7), force=True)
    assert result.seeds == [7]
    assert not list((out / "runs").glob("*-seed1"))


def test_a_damaged_plan_is_another_plan(data, tmp_path):
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(OutputError, match="another plan"):
        reproduce(request(data, tmp_path))


def test_a_folder_of_somebody_else_is_refused(data, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="holds something else"):
        reproduce(request(data, tmp_path), force=True)
    assert (tmp_path / "thesis.txt").exists()


def test_unknown_programmes_are_refused(data, tmp_path):
    with pytest.raises(UnknownIdError, match="did you mean 'yelmen2021'"):
        reproduce(request(data, tmp_path / "out", programme="yelmen"))


@pytest.mark.parametrize("programme", [Yelmen2021])
def test_the_tables_name_what_exists(programme):
    assert programme.id in programmes.ids()
    for panel in programme.panels:
        assert len({m.id for m in (*panel.models, *panel.published)}) == len(
            panel.models + panel.published
        )
        for model in panel.models:
            create(model.model, model.settings)
            create(model.model, model.quick)
    for effort in (programme.full, programme.quick):
        assert set(effort.metrics) <= set(metrics.ids())
        assert set(effort.attacks) <= set(attacks.ids())


def test_no_name_of_a_real_person_reaches_the_results(reproduced):
    for name in ("reproduce.json", "page.html", "page.md", "table.md", "plan.json"):
        text = (reproduced / name).read_text()
        for sample in ("S000", "S017", "S059"):
            assert sample not in text
