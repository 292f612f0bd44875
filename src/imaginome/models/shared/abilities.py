"""What a generator may be able to do beside drawing, and what it says where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from imaginome.arrays import Float32s, Float64s
from imaginome.errors import CapabilityError, ModelError
from imaginome.panel import Haplotypes

Capability = Literal[
    "log_likelihood", "latent", "critic", "population", "phenotype", "complete", "private"
]


class Abilities:
    """Abilities by name; each method here is the answer of a generator that lacks one.

    Attributes
    ----------
    id
        The generator, as messages name it.
    capabilities
        What generators of this class can do: ``log_likelihood``, ``latent``, ``critic``,
        ``population``, ``phenotype``, ``complete``, ``private``.
    """

    id: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def abilities(self) -> frozenset[Capability]:
        """What this very generator can do under its settings; at most its `capabilities`."""
        return self.capabilities

    @classmethod
    def require_private(cls) -> None:
        """Raise for a generator that cannot be fitted under a guarantee.

        Raises
        ------
        CapabilityError
            Says where to find those that can.
        """
        if "private" not in cls.capabilities:
            raise CapabilityError(
                f"{cls.id} cannot be fitted privately",
                "leave out --epsilon; `imaginome models` shows which generators can",
            )

    def require_label(
        self, kind: Literal["population", "phenotype"], value: str | None, known: Mapping[str, int]
    ) -> None:
        """Raise for a label that people cannot be drawn with; None is no label.

        Raises
        ------
        CapabilityError
            When the generator does not know labels of this kind.
        ModelError
            When nobody it was fitted to had this label; `known` are those that somebody had.
        """
        if value is None:
            return
        if kind not in self.abilities:
            raise CapabilityError(
                f"{self.id} cannot be conditioned on a {kind}",
                "`imaginome models` shows which generators can",
            )
        if value not in known:
            names = ", ".join(name for name in known if name) or "none"
            raise ModelError(f"the model knows no {kind} '{value}'", f"it was trained on: {names}")

    def log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return the natural log-likelihood of each row, ``float64`` of shape ``(n_rows,)``.

        Raises
        ------
        CapabilityError
            When the generator does not declare ``log_likelihood``.
        """
        raise CapabilityError(f"{self.id} has no exact log-likelihood")

    def estimated_log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return log-likelihoods up to an error that is common to all rows; see `log_likelihood`.

        Raises
        ------
        CapabilityError
            When the generator has no estimate.
        """
        raise CapabilityError(f"{self.id} has no estimated log-likelihood")

    def latent(self, haplotypes: Haplotypes) -> Float32s:
        """Return the latent code of each row, ``float32`` of shape ``(n_rows, n_latent)``.

        Raises
        ------
        CapabilityError
            When the generator does not declare ``latent``.
        """
        raise CapabilityError(f"{self.id} has no latent encoding")

    def critic(self, haplotypes: Haplotypes) -> Float64s:
        """Return how real a critic takes each row to be, ``float64`` of shape ``(n_rows,)``.

        Scores are higher for what looks real and have no unit.

        Raises
        ------
        CapabilityError
            When the generator does not declare ``critic``: it has none, or keeps none.
        """
        raise CapabilityError(f"{self.id} keeps no critic")
