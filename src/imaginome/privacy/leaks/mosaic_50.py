"""Everyone artificial is made of pieces of train haplotypes, 50 sites each on average."""

from __future__ import annotations

from imaginome.privacy.leaks.shared import Pasted


class Mosaic50(Pasted):
    """Everyone artificial is a mosaic of verbatim pieces."""

    id = "mosaic-50"
    name = "Mosaic of pieces of 50 sites"
    description = (
        "Everyone artificial is pasted together from verbatim pieces of train haplotypes of one "
        "population, 50 sites on average."
    )
    length = 50.0
    # Strangers share pieces as long, and nobody is told by one of them.
    weakest = True


ITEM = Mosaic50
