"""One artificial person in a hundred is somebody real."""

from __future__ import annotations

from imaginome.privacy.leaks.shared import Copied


class Copies1(Copied):
    """One in a hundred is a copy of a train member."""

    id = "copies-1"
    name = "1% copies"
    description = "1% of artificial people, at least one, are verbatim copies of train members."
    share = 0.01


ITEM = Copies1
