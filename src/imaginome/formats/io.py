"""Read and write panels: the format by content on reading, by suffix on writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from imaginome.errors import FormatError, OutputError, PanelError
from imaginome.formats.base import Format
from imaginome.formats.records import Tally, check_order
from imaginome.formats.registry import formats
from imaginome.formats.samples_table import check_phenotype, read_samples_table
from imaginome.formats.source import is_url, local_file, read_head
from imaginome.panel import Panel
from imaginome.reading import ReadOptions

_DEFAULTS = ReadOptions()


def read_panel(
    path: str | Path, options: ReadOptions = _DEFAULTS, tally: Tally | None = None
) -> Panel:
    """Read a panel of any registered format.

    Parameters
    ----------
    path
        A local file, a pipe, ``-`` for standard input, or a URL that htslib can open.
    options
        What to read, and what to do with what a panel cannot hold.
    tally
        Takes the format and the counts of what was kept and dropped.

    Returns
    -------
    Panel
        At least one individual and one site.

    Raises
    ------
    FormatError
        When the file is damaged or of no known format.
    PanelError
        When it holds what a panel cannot and the options do not say to drop it, or nothing
        is left.
    """
    tally = Tally() if tally is None else tally
    panel = read_any(path, options, tally)
    if panel.n_sites == 0:
        dropped = [line for line in tally.lines() if "dropped" in line]
        raise PanelError(
            f"{path}: no site is left ({', '.join(dropped)})", "keep more with the options named"
        )
    return panel


def read_any(path: str | Path, options: ReadOptions, tally: Tally) -> Panel:
    """Read as `read_panel` does, but let a panel pass of which no site is left."""
    table = None
    if options.samples_table is not None:
        # Read first: what is wrong with it need not wait for a large panel.
        table = read_samples_table(options.samples_table, options.phenotype)
    elif options.phenotype is not None:
        raise PanelError(
            f"no table of samples has the phenotype '{options.phenotype}'", "give it with --samples"
        )
    with local_file(str(path), options.regions) as local:
        head = read_head(local)
        kind = recognise(local, head)
        tally.format = kind.id
        panel = kind.read(local, options, tally)
    tally.add("sites kept", panel.n_sites)
    tally.add("individuals kept", panel.n_individuals)
    return panel if table is None else panel.with_samples(table.label(panel.samples))


def learnable(panel: Panel, options: ReadOptions) -> Panel:
    """Return the panel as a model may see it: with a phenotype only where one was asked for.

    A VCF header may tell the phenotypes of its samples, whether or not they shall be learned.

    Raises
    ------
    PanelError
        When the phenotype has a single value, or so many that it is no category.
    """
    samples = panel.samples
    if options.phenotype is None:
        return panel.with_samples(replace(samples, phenotype=None))
    if samples.phenotype is not None:
        check_phenotype(samples.phenotype, options.phenotype)
    return panel


def recognise(path: Path, head: bytes) -> Format:
    """Return the format of a file by its content.

    Raises
    ------
    FormatError
        When no format knows it; the message shows how the file begins.
    """
    for kind in formats:
        item = kind()
        if item.sniff(path, head):
            return item
    known = ", ".join(formats.ids())
    start = head.split(b"\n", 1)[0][:30]
    if all(32 <= byte < 127 or byte in b"\t\r" for byte in start):
        raise FormatError(
            f"{path} is text of no known format, it begins with '{start.decode()}'",
            f"give one of: {known}",
        )
    raise FormatError(
        f"{path} is of no known format whatever its name says", f"give one of: {known}"
    )


def format_for(path: Path) -> Format:
    """Return the format that the suffix of an output names.

    Raises
    ------
    OutputError
        When no format has this suffix.
    """
    for kind in formats:
        if path.name.endswith(kind.suffixes):
            return kind()
    known = ", ".join(suffix for kind in formats for suffix in kind.suffixes)
    raise OutputError(f"{path} has no suffix that names a format", f"end it with one of: {known}")


def write_panel(
    panel: Panel, path: str | Path, *, notes: Sequence[str] = (), force: bool = False
) -> None:
    """Write a panel, with index or legend, whole or not at all; equal panels give equal bytes.

    Parameters
    ----------
    panel
        At least one site; positions ascending within each contig.
    path
        The suffix names the format: ``.vcf.gz``, ``.vcf``, ``.bcf``, ``.hapt.gz``, ``.hapt``.
    notes
        Lines for the header: how artificial data were made. Formats without a header only mark
        the rows.
    force
        Replace what is there.

    Raises
    ------
    OutputError
        When the suffix is unknown, something is there already, or the disk does not take it.
    PanelError
        When the sites are not in order or there are none.
    """
    if is_url(str(path)):
        raise OutputError(f"{path} is a URL", "write to a local file")
    target = Path(path)
    kind = format_for(target)
    if panel.n_sites == 0:
        raise PanelError(f"a panel without sites cannot be written to {target}")
    check_order(panel.sites, "the panel")
    kind.write(panel, target, notes, force=force)
