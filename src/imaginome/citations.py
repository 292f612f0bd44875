"""Citations: every model, metric and attack names where its method comes from.

Publications stand in ``references.bib``. An item cites them by key and says what it takes from
each. The file is read when somebody asks for a publication, not when an item is imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from imaginome.errors import UnknownIdError


class Bibliography:
    """The publications of one BibTeX file in UTF-8, by key.

    Parameters
    ----------
    file
        The file. It is read when the first publication is asked for.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def cite(self, **reasons: str) -> tuple[Citation, ...]:
        """Return citations of publications of this file, in the order given.

        Parameters
        ----------
        reasons
            For each key what the citing item takes from the publication; empty to cite it as a
            whole. A key that the file lacks is an error when the publication is asked for.
        """
        return tuple(Citation(key, reason, self) for key, reason in reasons.items())

    def __getitem__(self, key: str) -> Publication:
        """Return one publication.

        Raises
        ------
        UnknownIdError
            When the file has no such key; the message names the nearest.
        """
        if key not in self._publications:
            near = get_close_matches(key.lower(), self._publications, 1)
            guess = f"did you mean '{near[0]}'?" if near else ""
            raise UnknownIdError(f"{self._file.name} has no publication '{key}'", guess)
        return self._publications[key]

    def __iter__(self) -> Iterator[str]:
        """Yield the keys of all publications, in the order of the file."""
        return iter(self._publications)

    @cached_property
    def _publications(self) -> dict[str, Publication]:
        # Imported here: it takes as long as the rest of a short command.
        from pybtex.database.input.bibtex import Parser

        entries = Parser(encoding="utf-8").parse_file(str(self._file)).entries
        return {
            key: Publication(
                key,
                entry.type,
                {
                    "author": " and ".join(str(person) for person in entry.persons["author"]),
                    **{name.lower(): value for name, value in entry.fields.items()},
                },
            )
            for key, entry in entries.items()
        }


@dataclass(frozen=True)
class Publication:
    """One entry of a bibliography.

    Attributes
    ----------
    key
        BibTeX key, for example ``yelmen2021``.
    kind
        BibTeX type, for example ``article``.
    fields
        Values by lower-case name, as BibTeX wants them, the authors first: separated by ``and``.
    """

    key: str
    kind: str
    fields: Mapping[str, str]

    @property
    def year(self) -> int:
        """The year in which it appeared."""
        return int(self.fields["year"])

    @property
    def doi(self) -> str:
        """Its identifier without a resolver address; empty where there is none."""
        return self.fields.get("doi", "")

    def text(self) -> str:
        """Return one line for a terminal or a report."""
        first, *others = self.fields["author"].split(" and ")
        who = f"{first.split(',')[0]} et al." if others else first.split(",")[0]
        place = self.fields.get("journal") or self.fields.get("booktitle", "")
        line = f"{who} {self.year}, {self.fields['title']}, {place}."
        # Braces are for BibTeX alone: they keep the case of a title.
        return line.replace("{", "").replace("}", "") + (f" doi:{self.doi}" if self.doi else "")

    def bibtex(self) -> str:
        """Return its BibTeX entry."""
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in self.fields.items())
        return f"@{self.kind}{{{self.key},\n{body}\n}}"


REFERENCES = Bibliography(Path(__file__).with_name("references.bib"))
"""The publications that items of this package cite."""
cite = REFERENCES.cite


@dataclass(frozen=True)
class Citation:
    """A publication and the reason for which an item cites it.

    Attributes
    ----------
    key
        Key of the publication, for example ``yelmen2021``.
    reason
        What the citing item takes from it; empty where it is cited as a whole.
    source
        The bibliography that holds the publication.
    """

    key: str
    reason: str = ""
    source: Bibliography = field(default=REFERENCES, repr=False, compare=False)

    @property
    def publication(self) -> Publication:
        """The publication itself; see `Bibliography.__getitem__` for errors."""
        return self.source[self.key]

    def text(self) -> str:
        """Return one line for a terminal or a report."""
        return self.publication.text()

    def bibtex(self) -> str:
        """Return a BibTeX entry."""
        return self.publication.bibtex()
