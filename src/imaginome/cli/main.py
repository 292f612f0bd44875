"""The entry point: small, so that an interrupt is one line even while libraries load."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn


def main() -> None:
    """Run the command line; SIGTERM is an interrupt, so that temporary files are removed."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        from imaginome.cli.app import run_app

        run_app(sys.argv[1:])
    except KeyboardInterrupt:
        _say_interrupted()
    except SystemExit as end:
        # An interrupt while it parses words becomes this code in typer, without a word.
        if end.code == 130:
            _say_interrupted()
        raise
    finally:
        _flush()


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _say_interrupted() -> NoReturn:
    print("imaginome: error: interrupted", file=sys.stderr)  # noqa: T201
    raise SystemExit(1) from None


def _flush() -> None:
    """Write out what is buffered; who can take no more, as in ``| head``, was told or has gone."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        # The interpreter flushes once more at its end, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
