"""The plainest leak: everyone artificial is somebody real."""

from __future__ import annotations

from imaginome.privacy.leaks.shared import Copied


class Copy(Copied):
    """Everyone artificial is a copy of a train member."""

    id = "copy"
    name = "Plain copy"
    description = "Everyone artificial is a verbatim copy of a train member."


ITEM = Copy
