"""Everyone artificial is somebody real with a few alleles changed: no copy is verbatim."""

from __future__ import annotations

from imaginome.privacy.leaks.shared import Copied


class NearCopies(Copied):
    """Everyone artificial is a copy with errors."""

    id = "near-copies"
    name = "Copies with 1% of alleles changed"
    description = "Everyone artificial is a copy of a train member with 1% of alleles changed."
    error = 0.01


ITEM = NearCopies
