"""The contract of a format: recognise a file by content, read it, write it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from imaginome.formats.records import Tally
from imaginome.panel import Panel
from imaginome.reading import ReadOptions


class Format(ABC):
    """One way to keep a panel in a file.

    Attributes
    ----------
    id, description
        How the format is called, and one line about it.
    suffixes
        Ends of file names that choose the format on writing.
    """

    id: ClassVar[str]
    description: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]

    @abstractmethod
    def sniff(self, path: Path, head: bytes) -> bool:
        """Return whether the file is of this format.

        Parameters
        ----------
        path
            The file; only its name may be used.
        head
            The first bytes of the content, decompressed where it is gzip or BGZF.
        """

    @abstractmethod
    def read(self, path: Path, options: ReadOptions, tally: Tally) -> Panel:
        """Read a local file; the panel may end up without sites, never without samples.

        Raises
        ------
        FormatError
            When the file is damaged or is not what it claims to be.
        PanelError
            When it holds what a panel cannot, and `options` do not say to drop it.
        """

    @abstractmethod
    def write(self, panel: Panel, path: Path, notes: Sequence[str], *, force: bool) -> None:
        """Write the panel and what belongs beside it (an index, a legend), whole or not at all.

        Parameters
        ----------
        panel
            Sites in order, as `check_order` demands.
        path
            Where to write.
        notes
            Lines for the header, for example that the data are artificial.
        force
            Replace what is there.

        Raises
        ------
        OutputError
            When `path` exists and `force` is off, or the disk does not take it.
        """
