"""Everyone artificial is made of pieces of train haplotypes, 200 sites each on average."""

from __future__ import annotations

from imaginome.privacy.leaks.shared import Pasted


class Mosaic200(Pasted):
    """Everyone artificial is a mosaic of verbatim pieces."""

    id = "mosaic-200"
    name = "Mosaic of pieces of 200 sites"
    description = (
        "Everyone artificial is pasted together from verbatim pieces of train haplotypes of one "
        "population, 200 sites on average."
    )
    length = 200.0


ITEM = Mosaic200
