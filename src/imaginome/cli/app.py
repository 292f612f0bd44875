"""The command ``imaginome``: verbs that parse, make one library call, and print."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from imaginome import __version__
from imaginome.cli import (
    canaries,
    catalogue,
    completion,
    generate,
    judge,
    make,
    reproduction,
    show,
)
from imaginome.errors import ImaginomeError

DEBUG = "--debug"


class Verbs(TyperGroup):
    """Verbs in the order of the work, and one line for each failure."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the verbs in the order in which they were added."""
        return list(self.commands)

    def invoke(self, ctx: Any) -> Any:
        """Run a verb; turn what went wrong into one line and an exit code."""
        try:
            result = super().invoke(ctx)
            if sys.stdout:  # None where the caller has closed it
                sys.stdout.flush()
            return result
        except ImaginomeError as error:
            raise _fail(str(error), error.exit_code, debug=ctx.obj) from None
        except KeyboardInterrupt as error:
            raise _fail(
                "; ".join(["interrupted", *map(str, error.args)]), 1, debug=ctx.obj
            ) from None
        except BrokenPipeError:
            raise typer.Exit(1) from None
        except MemoryError:
            raise _fail(
                "out of memory: use a smaller region (-r) or fewer samples (-S)",
                1,
                debug=ctx.obj,
            ) from None
        except OSError as error:
            where = error.filename or "input or output"
            raise _fail(f"{where}: {error.strerror or error}", 1, debug=ctx.obj) from None


def _fail(text: str, code: int, *, debug: bool | None) -> Exception:
    if debug:
        import traceback

        traceback.print_exc()
    print(f"imaginome: error: {' '.join(text.split())}", file=sys.stderr)  # noqa: T201
    return typer.Exit(code)


app = typer.Typer(
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 input or run failed, 2 wrong usage, 3 done but the audit "
    "failed. With --debug anywhere, errors show their traceback.",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"imaginome {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def imaginome(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Imaginary genomes from real ones, and an honest word on whom they might betray.

    Learns from a panel of phased haplotypes, generates people who never lived, and says with
    evidence how real they are and whether they betray anyone in the panel.
    """


for module in (show, make, generate, completion, judge, canaries, reproduction, catalogue):
    for verb in module.VERBS:
        app.command(rich_help_panel=module.PANEL, name=verb.__name__.removesuffix("_"))(verb)


def run_app(words: list[str]) -> None:
    """Run the command line on its words."""
    given = [word for word in words if word != DEBUG]
    app(args=given, prog_name="imaginome", obj=DEBUG in words)
