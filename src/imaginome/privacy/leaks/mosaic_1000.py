"""Everyone artificial is made of pieces of train haplotypes, 1000 sites each on average."""

from __future__ import annotations

from imaginome.privacy.leaks.shared import Pasted


class Mosaic1000(Pasted):
    """Everyone artificial is a mosaic of verbatim pieces."""

    id = "mosaic-1000"
    name = "Mosaic of pieces of 1000 sites"
    description = (
        "Everyone artificial is pasted together from verbatim pieces of train haplotypes of one "
        "population, 1000 sites on average."
    )
    length = 1000.0


ITEM = Mosaic1000
