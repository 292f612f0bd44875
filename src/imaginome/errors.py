"""Every error that a user can cause, as one line that says what, where and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class ImaginomeError(Exception):
    """The base of all errors that imaginome raises on purpose.

    The command line prints the message on one line and exits with `exit_code`; a traceback
    appears only with ``--debug``.

    Parameters
    ----------
    message
        What is wrong and where (file, line or record, sample).
    hint
        What the user can do about it; appended to the message.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(f"{message}: {hint}" if hint else message)


class PanelError(ImaginomeError):
    """A panel that is malformed, empty or cannot be used as asked."""


class FormatError(PanelError):
    """A file that is not what its content or name claims to be."""


class SplitError(ImaginomeError):
    """Individuals that cannot be divided as asked."""


class SettingsError(ImaginomeError):
    """A setting that does not exist or has a value out of range."""

    exit_code = 2


class UnknownIdError(ImaginomeError):
    """A model, metric, attack or format that is not registered."""

    exit_code = 2


class UnknownKeyError(UnknownIdError, KeyError):
    """A result that does not hold what it was asked for."""

    __str__ = Exception.__str__  # a KeyError would put the line in quotes


class MissingPackageError(ImaginomeError):
    """A package that is needed for this alone and is not installed."""


class PluginError(ImaginomeError):
    """A model, metric, attack, leak or format of another distribution that cannot be used."""


class ModelError(ImaginomeError):
    """A model that cannot be fitted, sampled, saved or loaded as asked."""


class CapabilityError(ModelError):
    """A generator was asked for something that it does not declare."""


class CheckpointError(ModelError):
    """A checkpoint that is damaged or belongs to another run."""


class ComparisonError(ImaginomeError):
    """Panels that cannot be compared with each other."""


class OutputError(ImaginomeError):
    """An output that exists already or cannot be written."""


@contextmanager
def errors_of_files() -> Iterator[None]:
    """Make of a setting that a file got wrong an error of input, not of usage."""
    try:
        yield
    except (SettingsError, UnknownIdError) as error:
        error.exit_code = ImaginomeError.exit_code
        raise
