"""Citations: each key has its publication, each publication is cited, BibTeX stays as it is."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from pybtex.database import parse_string

from imaginome import citations, dp
from imaginome.citations import REFERENCES, Bibliography, Citation, cite
from imaginome.errors import UnknownIdError
from imaginome.metrics.registry import metrics
from imaginome.models.registry import models
from imaginome.privacy.leaks.registry import leaks
from imaginome.privacy.registry import attacks
from imaginome.reproduce.registry import programmes
from imaginome.runs import canaries
from imaginome.runs.choose import choose

CITED: dict[str, tuple[Citation, ...]] = {
    **{kind.__module__: kind.citations for kind in chain(models, metrics, attacks, leaks)},
    **{kind.__module__: (kind.citation,) for kind in programmes},
    **{module.__name__: module.CITATIONS for module in (dp, canaries, choose)},
}
"""What each item cites, and what rooms without items do, by the name of the module."""


def keys() -> Iterator[str]:
    """Yield the keys that the package itself cites, as often as it does."""
    for items in CITED.values():
        yield from (citation.key for citation in items if citation.source is REFERENCES)


@pytest.mark.parametrize("name", CITED)
def test_the_bibtex_of_an_item_holds_what_it_cites(name):
    entries = parse_string("\n".join(c.bibtex() for c in CITED[name]), "bibtex").entries
    assert list(entries) == [citation.key for citation in CITED[name]]
    for citation in CITED[name]:
        assert entries[citation.key].fields["title"].strip("{}") in citation.text()


def test_every_publication_is_cited():
    assert set(REFERENCES) == set(keys())


def test_the_file_is_sorted_and_written_as_its_entries_are_shown():
    assert list(REFERENCES) == sorted(REFERENCES)
    written = Path(citations.__file__).with_name("references.bib").read_text(encoding="utf-8")
    assert written == "\n\n".join(REFERENCES[key].bibtex() for key in REFERENCES) + "\n"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (
            "durbin2014",
            "Durbin 2014, Efficient haplotype matching and storage using the positional "
            "Burrows-Wheeler transform (PBWT), Bioinformatics. doi:10.1093/bioinformatics/btu014",
        ),
        (
            "yi2010",
            "Yi et al. 2010, Sequencing of 50 human exomes reveals adaptation to high altitude, "
            "Science. doi:10.1126/science.1190371",
        ),
        (
            "breiman1984",
            "Breiman et al. 1984, Classification and Regression Trees, Wadsworth.",
        ),
    ],
)
def test_a_citation_in_words(key, text):
    assert Citation(key).text() == text


def test_a_citation_as_bibtex():
    (citation,) = cite(hayes2019="the discriminator as an attacker")
    assert citation.reason == "the discriminator as an attacker"
    assert citation.bibtex() == (
        "@article{hayes2019,\n"
        "  author = {Hayes, Jamie and Melis, Luca and Danezis, George and De Cristofaro, "
        "Emiliano},\n"
        "  title = {{LOGAN: membership inference attacks against generative models}},\n"
        "  journal = {Proceedings on Privacy Enhancing Technologies},\n"
        "  year = {2019},\n"
        "  doi = {10.2478/popets-2019-0008}\n"
        "}"
    )


def test_a_key_without_publication_names_the_nearest():
    (wrong,) = cite(yelmn2021="a slip of the pen")
    with pytest.raises(UnknownIdError, match=r"references\.bib .*'yelmn2021'.*'yelmen2021'"):
        wrong.text()


def test_other_bibliographies_keep_their_types(tmp_path):
    file = tmp_path / "own.bib"
    file.write_text(
        "@inproceedings{own2024, title={Of {DNA}}, author={First {\\O}. Author},\n"
        '  booktitle="Proceedings of Somewhere", year=2024}\n'
    )
    (own,) = Bibliography(file).cite(own2024="the idea")
    assert own.text() == "Author 2024, Of DNA, Proceedings of Somewhere."
    assert own.bibtex().startswith("@inproceedings{own2024,\n  author = {Author, First {\\O}.},")
    assert "  title = {Of {DNA}}" in own.bibtex()


def test_the_file_is_not_read_before_somebody_asks():
    code = "import sys; from imaginome.citations import cite; cite(li2003=''); print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert "imaginome.citations" in loaded
    assert "pybtex" not in loaded
