"""The contract of a programme: what a paper did, as tables that are run by one machinery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from imaginome.citations import Citation


@dataclass(frozen=True)
class PlannedModel:
    """One generator on one panel.

    Attributes
    ----------
    id, name
        The id names its folder; the name stands on the page.
    model, settings
        Id of the generator, and its settings as ``key=value`` strings.
    quick
        Settings in a quick run, in place of `settings`.
    """

    id: str
    name: str
    model: str
    settings: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublishedSet:
    """Artificial genomes that somebody released; `file` lies in the data folder, or is missing."""

    id: str
    name: str
    file: str


@dataclass(frozen=True)
class SimulatedTrait:
    """A phenotype of one gene, given to real people whose own is not known.

    Attributes
    ----------
    column
        What the phenotype is called.
    contig, position
        The causal site, 1-based.
    values
        The phenotype, and what everyone else has.
    chances
        Chance of the first value for people with 0, 1 and 2 ALT alleles.
    """

    column: str
    contig: str
    position: int
    values: tuple[str, str]
    chances: tuple[float, float, float]


@dataclass(frozen=True)
class PlannedPanel:
    """One real panel and the sets of artificial genomes that are compared on it.

    Attributes
    ----------
    id, title, text
        Name of folders, heading and what it is.
    file
        The panel, relative to the data folder.
    legend
        Legend of published ``.hapt`` sets, relative to the data folder; empty where none is.
    published, models
        What is compared.
    region
        The part of the file that is read, as ``contig:first-last``; empty: all of it.
    trait
        A phenotype that is simulated and learned with the genome, by the models that can.
    metrics, attacks
        Ids of those to compute on this panel; as the programme says when empty.
    """

    id: str
    title: str
    text: str
    file: str
    models: tuple[PlannedModel, ...]
    published: tuple[PublishedSet, ...] = ()
    legend: str = ""
    region: str = ""
    trait: SimulatedTrait | None = None
    metrics: tuple[str, ...] = ()
    attacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """One analysis of the paper.

    Attributes
    ----------
    id, title, text
        Anchor, heading and what the paper looked at.
    metrics, attacks
        Ids of those that belong here; where several are named, all that were computed are
        shown.
    figures
        Ids of the figures to draw; the first figure of each metric or attack where a panel has
        none of them.
    """

    id: str
    title: str
    text: str
    metrics: tuple[str, ...] = ()
    attacks: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effort:
    """How much is computed.

    Attributes
    ----------
    individuals
        Artificial individuals of each set, to which real people are matched; None: as many as
        there are in train.
    replicates
        Bootstrap replicates of the intervals.
    metrics, attacks
        Ids of those to compute; all when empty.
    """

    individuals: int | None = None
    replicates: int = 100
    metrics: tuple[str, ...] = ()
    attacks: tuple[str, ...] = ()


class Programme:
    """What a paper did.

    Attributes
    ----------
    id, title, description
        The id equals the module's name.
    citation
        The paper.
    samples
        Table of labels, relative to the data folder.
    panels, chapters
        What is run, and the order in which it is shown.
    headline
        Measures and findings of the short table: ids and headings of its columns.
    full, quick
        How much is computed.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    citation: ClassVar[Citation]
    samples: ClassVar[str]
    panels: ClassVar[tuple[PlannedPanel, ...]]
    chapters: ClassVar[tuple[Chapter, ...]]
    headline: ClassVar[tuple[tuple[str, str], ...]]
    full: ClassVar[Effort] = Effort()
    quick: ClassVar[Effort]
