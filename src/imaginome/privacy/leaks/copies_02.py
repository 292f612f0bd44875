"""One artificial person in five hundred is somebody real: the needle in the haystack."""

from __future__ import annotations

from imaginome.privacy.leaks.shared import Copied


class Copies02(Copied):
    """One in five hundred is a copy of a train member."""

    id = "copies-02"
    name = "0.2% copies"
    description = "0.2% of artificial people, at least one, are verbatim copies of train members."
    share = 0.002


ITEM = Copies02
