"""Emergence for a talk: a GIF, and still pictures of a few steps and of the real people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from imaginome import __version__
from imaginome.arrays import UInt8s
from imaginome.outputs import atomic_directory
from imaginome.report.emergence.player import (
    COLOURS,
    by_likeness,
    figure_lines,
    in_order,
    kept_frame,
    words,
)
from imaginome.report.figures.palette import LIGHT
from imaginome.results.emergence import SHADES, Emergence

GIF = "emergence.gif"
STILL = (1920, 1080)
FILM = (960, 720)
INK, FAINT, PAPER = "#1b1f24", "#5c636d", "#ffffff"
MILLISECONDS, LAST_MILLISECONDS = 450, 2500
FILM_COLOURS = 32
SMALLEST = 8

Picture = Image.Image


def write_pictures(
    emergence: Emergence, folder: Path, *, alike: bool = False, force: bool = False
) -> None:
    """Write ``emergence.gif`` and numbered stills into a new folder, atomically.

    Parameters
    ----------
    emergence
        Frames along a training.
    folder
        The folder to make.
    alike
        Order the sites by likeness among real people, instead of along the genome.
    force
        Replace a folder that this function made.

    Raises
    ------
    OutputError
        When the folder exists and `force` is off, or cannot be written.
    """
    ordered = in_order(emergence)
    ordered = by_likeness(ordered) if alike else ordered
    with atomic_directory(folder, known_by=GIF, force=force) as new:
        _write_gif(ordered, new / GIF)
        for name, frame in stills(ordered).items():
            _still(ordered, frame).save(new / f"{name}.png")
        if len(ordered.groups):
            _real_still(ordered).save(new / "5-real.png")


def stills(emergence: Emergence) -> dict[str, int]:
    """Return the names of the stills and their frames: start, early, middle, kept.

    A short training has fewer: no frame is there twice.
    """
    kept = kept_frame(emergence)
    wanted = {"4-kept": kept, "1-start": 0, "3-middle": 2 * kept // 3, "2-early": kept // 3}
    frames: dict[str, int] = {}
    for name, frame in wanted.items():
        if frame not in frames.values():
            frames[name] = frame
    return dict(sorted(frames.items()))


# -- Pictures --------------------------------------------------------------------------------------


def _still(emergence: Emergence, frame: int) -> Picture:
    page = _paper(STILL)
    _write(page, (60, 44), _title(emergence, frame), 52, INK)
    _write(page, (60, 116), _measure(emergence, frame), 34, FAINT)
    _paste(page, emergence.frames[frame] * SHADES, (60, 190, 1860, 985))
    _write(page, (60, 1008), _footnote(emergence), 26, FAINT)
    return page


def _real_still(emergence: Emergence) -> Picture:
    page = _paper(STILL)
    _write(page, (60, 44), "Real people, in groups", 52, INK)
    text = "each row the mean of similar haplotypes of ten people, to the nearest quarter"
    _write(page, (60, 116), text, 34, FAINT)
    _paste(page, emergence.groups, (60, 190, 1860, 985))
    _write(page, (60, 1008), _footnote(emergence), 26, FAINT)
    return page


def _film_frame(emergence: Emergence, frame: int) -> Picture:
    page = _paper(FILM)
    _write(page, (24, 12), _title(emergence, frame), 26, INK)
    _write(page, (24, 46), _measure(emergence, frame), 17, FAINT)
    bottom = 376 if len(emergence.groups) else 684
    _paste(page, emergence.frames[frame] * SHADES, (24, 76, 936, bottom))
    if len(emergence.groups):
        _write(page, (24, 384), "Real people, in groups of ten", 20, INK)
        _paste(page, emergence.groups, (24, 412, 936, 684))
    _write(page, (24, 692), _footnote(emergence), 14, FAINT)
    return page


def _write_gif(emergence: Emergence, path: Path) -> None:
    """Write the frames up to the kept one, over and over, with a rest at the end."""
    frames = range(kept_frame(emergence) + 1)
    film = [_film_frame(emergence, frame).quantize(FILM_COLOURS) for frame in frames]
    times = [MILLISECONDS] * (len(film) - 1) + [LAST_MILLISECONDS]
    film[0].save(path, save_all=True, append_images=film[1:], duration=times, loop=0)


def painted_shades(shades: UInt8s) -> UInt8s:
    """Return the colours of shades 0 ... SHADES, ``uint8`` of shape ``(..., 3)``."""
    scale = [[int(text[i : i + 2], 16) for i in (1, 3, 5)] for text in LIGHT[COLOURS]]
    return np.array(scale, dtype=np.uint8)[shades]


def _paste(page: Picture, shades: UInt8s, box: tuple[int, int, int, int]) -> None:
    """Draw rows of sites so that they fill a box: all cells as large, their borders blended."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    picture = Image.fromarray(painted_shades(shades))
    whole = (_above(picture.width, width), _above(picture.height, height))
    large = picture.resize(whole, Image.Resampling.NEAREST)
    page.paste(large.resize((width, height), Image.Resampling.BOX), (left, top))


def _above(cells: int, pixels: int) -> int:
    """Return the smallest multiple of `cells` that is not below `pixels`."""
    return cells * -(-pixels // cells)


# -- Words -----------------------------------------------------------------------------------------


def _title(emergence: Emergence, frame: int) -> str:
    step, kept = int(emergence.steps[frame]), emergence.kept
    return f"Artificial haplotypes after step {step:,}" + (" (kept)" if step == kept else "")


def _measure(emergence: Emergence, frame: int) -> str:
    values = dict(figure_lines(emergence, frame))
    name = words(emergence.objective)
    return f"held-out {name[:1].lower()}{name[1:]}: {values.get(name, 'not computed')}"


def _footnote(emergence: Emergence) -> str:
    return (
        f"{emergence.where}; light: reference allele, dark: alternative; "
        f"a row: the same noise or chain; imaginome {__version__}"
    )


def _paper(size: tuple[int, int]) -> Picture:
    return Image.new("RGB", size, PAPER)


def _write(page: Picture, where: tuple[int, int], text: str, size: int, colour: str) -> None:
    """Write a line, smaller than `size` where it would not fit between equal margins."""
    text, room = text.replace("−", "-"), page.width - 2 * where[0]
    fonts = (ImageFont.load_default(smaller) for smaller in range(size, SMALLEST, -1))
    fitting = (font for font in fonts if font.getlength(text) <= room)
    font = next(fitting, ImageFont.load_default(SMALLEST))
    ImageDraw.Draw(page).text(where, text, fill=colour, font=font)
