"""Citations: every model, metric and attack names where its method comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Citation:
    """A publication and the reason for which an item cites it.

    Attributes
    ----------
    key
        BibTeX key, for example ``yelmen2021``.
    authors
        Authors as BibTeX wants them, separated by ``and``.
    title, journal, year, doi
        The publication; `doi` without a resolver address, empty where there is none.
    reason
        What the citing item takes from it.
    """

    key: str
    authors: str
    title: str
    journal: str
    year: int
    doi: str = ""
    reason: str = ""

    def because(self, reason: str) -> Citation:
        """Return the same publication with another reason."""
        return Citation(
            self.key, self.authors, self.title, self.journal, self.year, self.doi, reason
        )

    def text(self) -> str:
        """Return one line for a terminal or a report."""
        first, *others = self.authors.split(" and ")
        who = f"{first.split(',')[0]} et al." if others else first.split(",")[0]
        doi = f" doi:{self.doi}" if self.doi else ""
        return f"{who} {self.year}, {self.title}, {self.journal}.{doi}"

    def bibtex(self) -> str:
        """Return a BibTeX entry."""
        fields = {
            "author": self.authors,
            "title": f"{{{self.title}}}",
            "journal": self.journal,
            "year": str(self.year),
            "doi": self.doi,
        }
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        return f"@article{{{self.key},\n{body}\n}}"


YELMEN_2021 = Citation(
    "yelmen2021",
    "Yelmen, Burak and Decelle, Aurélien and Ongaro, Linda and Marnetto, Davide and Tallec, "
    "Corentin and Montinaro, Francesco and Furtlehner, Cyril and Pagani, Luca and Jay, Flora",
    "Creating artificial human genomes using generative neural networks",
    "PLOS Genetics",
    2021,
    "10.1371/journal.pgen.1009303",
)
LI_STEPHENS_2003 = Citation(
    "li2003",
    "Li, Na and Stephens, Matthew",
    "Modeling linkage disequilibrium and identifying recombination hotspots using "
    "single-nucleotide polymorphism data",
    "Genetics",
    2003,
    "10.1093/genetics/165.4.2213",
    "a haplotype is an imperfect mosaic of others",
)
DURBIN_2014 = Citation(
    "durbin2014",
    "Durbin, Richard",
    "Efficient haplotype matching and storage using the positional Burrows-Wheeler transform "
    "(PBWT)",
    "Bioinformatics",
    2014,
    "10.1093/bioinformatics/btu014",
)
MADOW_1944 = Citation(
    "madow1944",
    "Madow, William G. and Madow, Lillian H.",
    "On the theory of systematic sampling, I",
    "The Annals of Mathematical Statistics",
    1944,
    "10.1214/aoms/1177731312",
)
