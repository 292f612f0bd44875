"""What every generator promises, one check each."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import numpy as np

from imaginome.errors import CapabilityError, ModelError
from imaginome.models.base import Capability, Generator
from imaginome.models.shared.fitting import fitting_parts
from imaginome.panel import Panel
from imaginome.panel.samples import Samples
from imaginome.progress import Silent
from imaginome.settings import parse_settings, settings_text
from imaginome.testing.panels import simulated_panel
from imaginome.testing.shared import check_citations, refusing
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl

SEED = 3


@dataclass(frozen=True)
class GeneratorCase:
    """A class of generators under check.

    Attributes
    ----------
    kind, settings
        The class, and settings by name with which it fits within seconds.
    panel
        People of two or more populations.
    frequency_error
        Mean absolute error of allele frequencies that so short a fit may leave.
    """

    kind: type[Generator[Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    panel: Panel = field(default_factory=simulated_panel)
    frequency_error: float = 0.03

    def small(self) -> Generator[Any]:
        """Return an unfitted generator."""
        return self.kind(**self.settings)

    @cached_property
    def fitted(self) -> Generator[Any]:
        """The generator fitted to the panel, once for all checks."""
        return self.small().fit(self.panel, seed=SEED, device="cpu")


def check_generator(
    kind: type[Generator[Any]],
    settings: Mapping[str, Any] | None = None,
    *,
    panel: Panel | None = None,
    frequency_error: float = 0.03,
) -> None:
    """Check that a class keeps the contract of a generator; it is fitted about six times.

    Parameters
    ----------
    kind
        The class; it need not be registered.
    settings
        Settings by name with which it fits within seconds; the defaults when None.
    panel
        People of two or more populations; 60 simulated ones at 120 sites when None.
    frequency_error
        Mean absolute error of allele frequencies that so short a fit may leave.

    Raises
    ------
    AssertionError
        Says what does not hold.
    """
    case = GeneratorCase(kind, settings or {}, panel or simulated_panel(), frequency_error)
    for check in GENERATOR_CHECKS:
        with TemporaryDirectory() as folder:
            check(case, Path(folder))


class Interrupting(Silent):
    """Progress that presses Ctrl-C when its task has advanced a number of steps."""

    def __init__(self, after: int) -> None:
        self.left = after

    def task(self, name: str, total: int | None = None, done: int = 0) -> Any:
        """Begin a task: this one."""
        return self

    def __enter__(self) -> Interrupting:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def advance(self, steps: int = 1, **figures: float) -> None:
        """Count down to the interrupt."""
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


def declares_itself(case: GeneratorCase, folder: Path) -> None:
    """Check id, words, capabilities and citations."""
    kind = case.kind
    assert not inspect.isabstract(kind), "methods of the contract are missing"
    assert kind.id == kind.id.lower().replace("_", "-"), "an id has small letters and hyphens"
    for name in ("description", "assumptions", "limitations"):
        assert len(getattr(kind, name)) > 20, f"say more in `{name}`"
    assert "\n" not in kind.description, "the description is one line"
    assert kind.__doc__, "the class has no docstring"
    unknown = kind.capabilities - set(get_args(Capability))
    assert not unknown, f"there is no capability {', '.join(sorted(unknown))}"
    check_citations(kind.citations)


def describes_its_settings(case: GeneratorCase, folder: Path) -> None:
    """Check that every setting says what it is, and has a default that may be given explicitly."""
    kind = case.kind.Settings
    for name, setting in kind.model_fields.items():
        assert setting.description, f"the setting {name} has no description"
        assert not setting.is_required(), f"the setting {name} has no default"
    default = kind()
    assert kind.model_validate(default.model_dump(mode="json")) == default, "lost in JSON"
    assert case.kind(**dict(default)).settings == default, "defaults given by name are others"
    assert parse_settings(kind, settings_text(dict(default))) == default, "lost as text"


def draws_a_panel(case: GeneratorCase, folder: Path) -> None:
    """Check shape, type, names and sites of what is drawn."""
    drawn = case.fitted.sample(7, seed=1)
    assert drawn.haplotypes.shape == (14, case.panel.n_sites), "two haplotypes a person"
    assert drawn.haplotypes.dtype == np.uint8, f"alleles are {drawn.haplotypes.dtype}, not uint8"
    assert set(np.unique(drawn.haplotypes)) <= {0, 1}, "alleles are 0 or 1"
    assert list(drawn.samples.id) == [f"IMG{i:06d}" for i in range(1, 8)]
    assert drawn.sites.keys() == case.panel.sites.keys()


def draws_by_the_seed_only(case: GeneratorCase, folder: Path) -> None:
    """Check that draws depend on the seed, and not on threads."""
    first, again, threaded, other = (
        case.fitted.sample(150, seed=seed, threads=threads).haplotypes
        for seed, threads in ((1, 1), (1, 1), (1, 2), (2, 1))
    )
    assert np.array_equal(first, again), "the same seed draws other people"
    assert np.array_equal(first, threaded), "draws depend on the number of threads"
    assert not np.array_equal(first, other), "another seed draws the same people"


def fits_the_same_on_any_threads(case: GeneratorCase, folder: Path) -> None:
    """Check that weights do not depend on threads."""
    again = case.small().fit(case.panel, seed=SEED, threads=2, device="cpu")
    _same_weights(case.fitted, again, "fitted on two threads")


def draws_the_same_when_loaded(case: GeneratorCase, folder: Path) -> None:
    """Check that nothing is lost in the folder of a model."""
    case.fitted.save(folder / "model")
    loaded = case.kind.load(folder / "model")
    assert loaded.settings == case.fitted.settings, "settings are lost"
    drawn, again = (one.sample(20, seed=4).haplotypes for one in (case.fitted, loaded))
    assert np.array_equal(drawn, again), "the loaded model draws other people"
    if "log_likelihood" in loaded.abilities:
        rows = case.panel.haplotypes[:9]
        expected = case.fitted.log_likelihood(rows)
        assert np.array_equal(expected, loaded.log_likelihood(rows)), (
            "the loaded model has other likelihoods"
        )


def saves_no_code(case: GeneratorCase, folder: Path) -> None:
    """Check that a model is JSON and safetensors, and no pickle under another name."""
    case.fitted.save(folder / "model")
    for file in (folder / "model").iterdir():
        assert file.suffix in {".json", ".safetensors"}, f"{file.name} is neither"
        if file.suffix == ".json":
            json.loads(file.read_text())
        # A pickle begins with the protocol opcode, a zipped one (torch.save) with PK.
        head = file.read_bytes()[:2]
        assert head not in {b"\x80\x02", b"\x80\x04", b"\x80\x05", b"PK"}, f"{file.name}: pickle"


def resumes_to_the_same_weights(case: GeneratorCase, folder: Path) -> None:
    """Check a fit that is interrupted and goes on, where there is a training loop."""
    if case.fitted.history is None:
        return
    learn, validation = fitting_parts(case.panel, SEED, None)
    for after in (1, 4):
        path = folder / f"{after}.checkpoint"
        marked = case.small().fingerprint(case.panel, SEED)
        try:
            store = CheckpointStore(path, marked, every=0.0)
            control = FitControl(SEED, 1, "cpu", Interrupting(after), store)
            case.small().fit_parts(learn, validation, control)
        except KeyboardInterrupt:
            pass
        else:
            raise AssertionError(f"the training does not reach step {after + 1}")
        assert path.exists(), "an interrupted fit leaves no checkpoint"
        store = CheckpointStore(path, marked, every=0.0)
        resumed = case.small().fit_parts(
            learn, validation, FitControl(SEED, 1, "cpu", checkpoints=store)
        )
        _same_weights(case.fitted, resumed, f"interrupted after step {after}")
        _same_frames(case.fitted, resumed)


def keeps_what_it_declares(case: GeneratorCase, folder: Path) -> None:
    """Check what likelihoods and codes are like, and refusals where they are not declared."""
    model, rows = case.fitted, case.panel.haplotypes[:5]
    if "log_likelihood" in model.abilities:
        logs = model.log_likelihood(rows)
        assert logs.shape == (5,), f"log-likelihoods have the shape {logs.shape}"
        assert logs.dtype == np.float64, f"log-likelihoods are {logs.dtype}"
        assert (np.isfinite(logs) & (logs < 0)).all(), f"log-likelihoods are {logs}"
    else:
        with refusing(CapabilityError, "", "log_likelihood is not declared"):
            model.log_likelihood(rows)
    if "latent" in model.abilities:
        code = model.latent(rows)
        assert code.shape[0] == 5, f"codes have the shape {code.shape}"
        assert code.dtype == np.float32, f"codes are {code.dtype}"
        assert np.isfinite(code).all(), "codes are not finite"
    else:
        with refusing(CapabilityError, "", "latent is not declared"):
            model.latent(rows)
    if "complete" not in model.abilities:
        with refusing(CapabilityError, "cannot complete", "complete is not declared"):
            model.complete(rows, np.zeros(case.panel.n_sites, dtype=bool))


def honours_populations(case: GeneratorCase, folder: Path) -> None:
    """Check that people drawn of a population resemble it, where that is declared."""
    model, panel = case.fitted, case.panel
    homes = panel.samples.population
    assert homes is not None, "the panel has no populations"
    first, last = np.unique(homes)[[0, -1]].tolist()
    if "population" not in model.abilities:
        with refusing(CapabilityError, "", "population is not declared"):
            model.sample(2, seed=1, population=first)
        return
    drawn = [model.sample(400, 1, population=name) for name in (first, last)]
    assert set(drawn[0].samples.population) == {first}, "people have other labels than asked for"  # type: ignore[arg-type]
    real = [panel.take_individuals(np.flatnonzero(homes == name)) for name in (first, last)]
    gaps = np.array([one.frequencies() - other.frequencies() for one, other in (drawn, real)])
    assert np.corrcoef(gaps)[0, 1] > 0.5, "populations do not differ as the real ones do"
    with refusing(ModelError, "no population 'Atlantis'", "an unknown population"):
        model.sample(2, seed=1, population="Atlantis")


def works_without_labels(case: GeneratorCase, folder: Path) -> None:
    """Check a fit to people of whom nothing is known."""
    bare = case.panel.with_samples(Samples(case.panel.samples.id))
    drawn = case.small().fit(bare, seed=1, device="cpu").sample(3, seed=1)
    assert drawn.haplotypes.shape == (6, case.panel.n_sites)
    assert drawn.samples.population is None, "a label comes from nowhere"


def comes_near_in_frequency(case: GeneratorCase, folder: Path) -> None:
    """Check that it learns at all."""
    panel = simulated_panel(n_individuals=100, n_sites=60, seed=8)
    drawn = case.small().fit(panel, seed=1, device="cpu").sample(1000, seed=2)
    error = float(np.abs(drawn.frequencies() - panel.frequencies()).mean())
    assert error < case.frequency_error, f"allele frequencies are off by {error:.3f}"


def says_when_it_cannot(case: GeneratorCase, folder: Path) -> None:
    """Check what an unfitted generator and a draw of nobody say."""
    with refusing(ModelError, "not fitted", "an unfitted generator draws"):
        case.small().sample(1, seed=1)
    with refusing(ModelError, "at least one", "nobody is drawn"):
        case.fitted.sample(0, seed=1)


GENERATOR_CHECKS: tuple[Callable[[GeneratorCase, Path], None], ...] = (
    declares_itself,
    describes_its_settings,
    says_when_it_cannot,
    draws_a_panel,
    draws_by_the_seed_only,
    fits_the_same_on_any_threads,
    draws_the_same_when_loaded,
    saves_no_code,
    resumes_to_the_same_weights,
    keeps_what_it_declares,
    honours_populations,
    works_without_labels,
    comes_near_in_frequency,
)


def _same_weights(one: Generator[Any], other: Generator[Any], what: str) -> None:
    first, second = one.weights(), other.weights()
    assert first.keys() == second.keys(), f"{what}: other weights"
    for name in first:
        a, b = np.asarray(first[name]), np.asarray(second[name])
        assert a.dtype == b.dtype, f"{what}: {name} is {b.dtype}, not {a.dtype}"
        assert a.tobytes() == b.tobytes(), f"{what}: {name} differs"


def _same_frames(one: Generator[Any], other: Generator[Any]) -> None:
    first, second = one.emergence, other.emergence
    assert first is not None, "a trainee needs a method frame()"
    assert second is not None, "a resumed fit loses its frames"
    assert np.array_equal(first.steps, second.steps), "a resumed fit has other frames"
    assert np.array_equal(first.frames, second.frames), "a resumed fit has other frames"
    np.testing.assert_equal(first.figures, second.figures)
