"""The table of attacks and leaks, from a panel to its page, and again from what was kept."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.attacks import audits, main, trials
from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.errors import ImaginomeError
from imaginome.formats import ReadOptions, read_panel, write_panel

PEOPLE = 150
CHOSEN = ["--attack", "copies", "--attack", "membership", "--leak", "copy", "--leak", "mosaic-50"]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("attacks")
    options = ReadOptions(regions=(("sim1", 1, 60_000),), samples_table=DEMO_SAMPLES)
    panel = read_panel(DEMO_PANEL, options)
    step = panel.n_individuals // PEOPLE
    write_panel(
        panel.take_individuals(np.arange(0, panel.n_individuals, step)), folder / "small.vcf.gz"
    )
    return folder


def words(place: Path, *more: str) -> list[str]:
    panel = str(place / "small.vcf.gz")
    return [panel, "-q", "-o", str(place / "out"), "--seeds", "2", *CHOSEN, *more]


@pytest.fixture(scope="module")
def tried(place):
    return main.run(words(place, "--model", "independent", "--docs"), place)


def test_what_is_tried(tried):
    assert [(t.attack, t.leak) for t in tried.planted] == [
        ("copies", "copy"),
        ("membership", "copy"),
        ("copies", "mosaic-50"),
        ("membership", "mosaic-50"),
    ]
    assert [(t.attack, t.seed) for t in tried.safe] == [
        ("copies", 1),
        ("membership", 1),
        ("copies", 2),
        ("membership", 2),
    ]
    sizes = tried.safe[0].sizes
    assert (sizes.train, sizes.holdout, sizes.artificial) == (50, 50, 50)
    copy = tried.planted[0]
    assert copy.found
    assert copy.planted == 50
    assert not [t for t in tried.safe if t.found]
    assert [a.name for a in tried.audits] == ["independent"]
    assert tried.audits[0].audit.sizes.train == 75
    assert tried.audits[0].audit.power is not None


def test_the_page(place, tried):
    page = (place / "benchmarks" / "attacks-small.md").read_text()
    assert "| attack | copy (50 people) | mosaic-50 (50 people) |" in page
    assert "| `copies` | **fail**: " in page
    assert "| **all** | **2 of 2** |" in page
    assert "| `independent` | **" in page
    assert "--seed 1 --seeds 2" in page
    assert str(place) not in page


def test_nothing_is_done_twice(place, tried, monkeypatch):
    def never(*_):
        pytest.fail("done again")

    monkeypatch.setattr(trials.Ground, "_run", never)
    monkeypatch.setattr(audits, "_audit", never)
    again = main.run(words(place, "--model", "independent"), place)
    assert again.planted == tried.planted
    assert again.audits == tried.audits
    with pytest.raises(BaseException, match="done again"):
        main.run(words(place, "--again", "copies"), place)


def test_a_kept_trial_of_another_panel_does_not_count(place, tried):
    file = place / "out" / "trials" / "membership.copy.seed1.json"
    kept = json.loads(file.read_text())
    kept["identity"]["panel"] = "another"
    kept["findings"] = []
    file.write_text(json.dumps(kept))
    again = main.run(words(place), place)
    assert again.planted[1].findings == tried.planted[1].findings


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--attack", "copy"], "no attack without the model 'copy'"),
        (["--leak", "copies"], "no leak 'copies'"),
        (["--again", "hmm"], "nothing is called 'hmm'"),
        (["--seeds", "0"], "at least one"),
        (["--published", "x"], "names no file"),
    ],
)
def test_wrong_words_are_one_line(place, more, said):
    with pytest.raises(ImaginomeError, match=said):
        main.run(words(place, *more), place)
