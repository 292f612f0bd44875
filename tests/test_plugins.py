"""Items of other distributions: found by entry points, and never in the way of others."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import imaginome
from imaginome.errors import PluginError, UnknownIdError
from imaginome.models.base import Generator
from imaginome.registry import Registry
from imaginome.testing import check_generator

EXAMPLE = Path(__file__).parents[1] / "docs" / "plugin"


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The example of the documentation, installed into a folder of its own."""
    folder = tmp_path_factory.mktemp("plugin")
    source = shutil.copytree(EXAMPLE, folder / "source")
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    words = [sys.executable, "-m", "pip", "install", *offline, "--target", folder / "site", source]
    subprocess.run(words, check=True, capture_output=True)
    return folder / "site"


def with_path(folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Python where the distributions in a folder are installed too."""
    head = f"import sys; sys.path.append({str(folder)!r}); "
    main = "from imaginome.cli.main import main; sys.argv[0] = 'imaginome'; main()"
    code = head + (str(words[1]) if words[0] == "-c" else main)
    given = [] if words[0] == "-c" else [str(word) for word in words]
    return subprocess.run(
        [sys.executable, "-c", code, *given], capture_output=True, text=True, check=False
    )


def declared(folder: Path, distribution: str, **models: str) -> Path:
    """Add a distribution that declares models; see it by its metadata only."""
    info = folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    lines = [f"{name} = {target}" for name, target in models.items()]
    (info / "entry_points.txt").write_text("\n".join(["[imaginome.models]", *lines]) + "\n")
    return folder


@pytest.fixture
def registry(tmp_path, monkeypatch) -> Registry:
    """Models, with three distributions that declare some: most of them wrong."""
    assert imaginome.all_models.ids(), "this registry looks once: before they are there"
    (tmp_path / "wrong_models.py").write_text(
        "from imaginome.models.base import Generator\n"
        "class Half(Generator):\n    id = 'half'\n"
        "class Other(Half):\n"
        "    id = 'another'\n"
        "    def _fit(self, train, validation, control): ...\n"
        "    def _draw(self, n, seed, classes, threads): ...\n"
        "    def _tensors(self): ...\n"
        "    def _load_tensors(self, tensors): ...\n"
        "class Right(Other):\n    id = 'right'\n    description = 'works'\n"
        "nothing = 3\n"
    )
    declared(tmp_path, "wrong-models", half="wrong_models:Half", nothing="wrong_models:nothing")
    declared(tmp_path, "more-models", hmm="wrong_models:Right", other="wrong_models:Other")
    declared(tmp_path, "broken-models", absent="no_such_module:X", right="wrong_models:Right")
    monkeypatch.syspath_prepend(tmp_path)
    return Registry("imaginome.models", "model", Generator, group="imaginome.models")


def test_plugins_are_listed_after_ours_without_being_imported(registry):
    ours = imaginome.all_models.ids()
    assert registry.ids() == [*ours, "absent", "half", "nothing", "other", "right"]
    assert "wrong_models" not in sys.modules
    assert registry.get("right").description == "works"


def test_each_that_does_not_work_is_told_once_and_no_other_suffers(registry, caplog):
    for _ in range(2):
        kinds = [kind.id for kind in registry]
    assert kinds == [*imaginome.all_models.ids(), "right"]
    assert [record.message for record in caplog.records] == registry.problems()
    told = "\n".join(registry.problems())
    assert len(registry.problems()) == 5 == told.count("\n") + 1
    for line in (
        "model 'hmm' of more-models (wrong_models:Right) is left out: imaginome has one of this id",
        "model 'absent' of broken-models (no_such_module:X) cannot be imported "
        "(ModuleNotFoundError: No module named 'no_such_module'): update or uninstall",
        "model 'half' of wrong-models (wrong_models:Half) lacks _draw, _fit",
        "model 'nothing' of wrong-models (wrong_models:nothing) is no Generator",
        "model 'other' of more-models (wrong_models:Other) calls itself 'another'",
    ):
        assert line in told


def test_asked_for_by_id_it_says_what_is_wrong(registry):
    assert registry.get("hmm") is imaginome.Hmm
    with pytest.raises(PluginError, match=r"of wrong-models .* is no Generator"):
        registry.get("nothing")
    with pytest.raises(UnknownIdError, match="did you mean 'right'"):
        registry.get("rihgt")


def test_two_plugins_of_one_id(tmp_path, monkeypatch):
    for name in ("b-models", "a-models"):
        declared(tmp_path, name, twice="somewhere:Twice")
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry("imaginome.models", "model", Generator, group="imaginome.models")
    assert registry.ids().count("twice") == 1
    assert registry.problems() == [
        "model 'twice' of b-models (somewhere:Twice) is left out: a-models has one of this id"
    ]


def test_the_example_keeps_the_contract(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE)
    from imaginome_smoothed import Smoothed

    check_generator(Smoothed, {"pseudo": 1.0})


def test_what_breaks_the_contract_is_told(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE)
    from imaginome_smoothed import Smoothed

    class Forgetful(Smoothed):
        """Draws otherwise every time."""

        drawn = 0

        def _draw(self, n, seed, classes, threads):
            Forgetful.drawn += 1
            return super()._draw(n, seed + Forgetful.drawn, classes, threads)

    with pytest.raises(AssertionError, match="the same seed draws other people"):
        check_generator(Forgetful)


def test_the_example_is_listed_and_described(installed):
    listed = with_path(installed, "models")
    assert listed.returncode == 0, listed.stderr
    assert "smoothed     an allele frequency" in listed.stdout
    assert listed.stderr == ""
    assert "pseudo=0.5" in with_path(installed, "models", "smoothed").stdout
    assert "smoothed" not in with_path(Path("nowhere"), "models").stdout


def test_the_example_runs_from_panel_to_report(installed, panel, tmp_path):
    imaginome.write_panel(panel, tmp_path / "panel.vcf.gz")
    out = tmp_path / "out"
    words = ["run", tmp_path / "panel.vcf.gz", "--model", "smoothed", "--set", "pseudo=1"]
    words += ["--metric", "frequency", "--attack", "copies", "--no-power", "--replicates", "10"]
    done = with_path(installed, *words, "-o", out)
    assert done.returncode in (0, 3), done.stderr
    assert (out / "report.html").exists()
    assert '"imaginome-smoothed": "0.1.0"' in (out / "run.json").read_text()
    # Without the plugin its model is named, not read.
    words = ["generate", out / "model", "-n", "3", "-o", tmp_path / "drawn.vcf"]
    lost = with_path(Path("nowhere"), *words)
    assert lost.returncode == 1
    assert "there is no model 'smoothed'" in lost.stderr


def test_checks_need_no_pytest():
    code = "import imaginome.testing; assert 'pytest' not in sys.modules"
    assert with_path(Path("nowhere"), "-c", code).returncode == 0
