"""Colours by meaning, safe for the colour-blind, for a light and a dark page.

Figures name colours by tokens (``@artificial``); a palette turns tokens into colours. The page
does this again in the browser when the reader changes the theme. Hues follow Okabe and Ito's
set; every role also has its own line style and marker, so that colour is never the only signal.
"""

from __future__ import annotations

from typing import Any

from imaginome.results import Role

Palette = dict[str, Any]

LIGHT: Palette = {
    "@artificial": "#c8500a",
    "@real": "#0b66a8",
    "@train": "#0a8560",
    "@baseline": "#6b7280",
    "@neutral": "#7a4b94",
    "@artificial/band": "rgba(200,80,10,0.16)",
    "@real/band": "rgba(11,102,168,0.16)",
    "@train/band": "rgba(10,133,96,0.16)",
    "@baseline/band": "rgba(107,114,128,0.16)",
    "@neutral/band": "rgba(122,75,148,0.16)",
    "@group": [
        "#1b1f24",
        "#0b66a8",
        "#c8500a",
        "#0a8560",
        "#a3468a",
        "#8a6a00",
        "#2a9bd6",
        "#b3261e",
        "#5f6f1f",
        "#5b4fa8",
    ],
    "@text": "#3b424c",
    "@grid": "#e6e4de",
    "@axis": "#b9b6ad",
    "@paper": "rgba(0,0,0,0)",
    "@sequential": ["#f3f2ec", "#cfe0e6", "#93c0d4", "#4c95bd", "#1c6496", "#0a3460"],
    "@diverging": ["#0b4f86", "#7fb2d2", "#f3f2ec", "#e9a877", "#a83f06"],
    "@allele": ["#f5e6cc", "#d3cdb9", "#95b0bb", "#4885ab", "#0b4a80"],
}
DARK: Palette = {
    "@artificial": "#ff9d57",
    "@real": "#62b6f0",
    "@train": "#4fcfa2",
    "@baseline": "#9aa3af",
    "@neutral": "#c99be0",
    "@artificial/band": "rgba(255,157,87,0.20)",
    "@real/band": "rgba(98,182,240,0.20)",
    "@train/band": "rgba(79,207,162,0.20)",
    "@baseline/band": "rgba(154,163,175,0.20)",
    "@neutral/band": "rgba(201,155,224,0.20)",
    "@group": [
        "#e8e6e1",
        "#62b6f0",
        "#ff9d57",
        "#4fcfa2",
        "#ee9fd3",
        "#e3c34d",
        "#9adcf7",
        "#ff8d80",
        "#b9cc6a",
        "#b3a8ff",
    ],
    "@text": "#b9c0ca",
    "@grid": "#272d36",
    "@axis": "#4a5360",
    "@paper": "rgba(0,0,0,0)",
    "@sequential": ["#181d24", "#173a55", "#1f6390", "#3f93c4", "#8ec9e6", "#eef8fd"],
    "@diverging": ["#7fc4f2", "#2f6d9c", "#181d24", "#9c5a26", "#ffb27a"],
    "@allele": ["#1d2a3a", "#2f4f6c", "#567f9e", "#a3b3a6", "#f2ddb2"],
}
PALETTES = {"light": LIGHT, "dark": DARK}

TOKENS: dict[Role, str] = {
    "artificial": "@artificial",
    "real": "@real",
    "holdout": "@real",
    "train": "@train",
    "baseline": "@baseline",
    "neutral": "@neutral",
}
DASHES: dict[Role, str] = {
    "artificial": "solid",
    "real": "solid",
    "holdout": "solid",
    "train": "dot",
    "baseline": "dash",
    "neutral": "solid",
}
GROUP_DASHES: dict[Role, str] = {**DASHES, "artificial": "dash"}
MARKERS: dict[Role, str] = {
    "artificial": "circle",
    "real": "diamond",
    "holdout": "diamond",
    "train": "square-open",
    "baseline": "x",
    "neutral": "triangle-up",
}
PATTERNS: dict[Role, str] = {
    "artificial": "",
    "real": "/",
    "holdout": "/",
    "train": ".",
    "baseline": "x",
    "neutral": "-",
}


def painted(spec: Any, palette: Palette, key: str = "") -> Any:
    """Replace the tokens of a figure by the colours of a palette.

    Only values under keys that end in ``color`` or ``colorscale`` are looked at, so that no name
    or label can be taken for a token.
    """
    if isinstance(spec, dict):
        return {name: painted(value, palette, name) for name, value in spec.items()}
    if isinstance(spec, list):
        return [painted(value, palette, key) for value in spec] if key != "z" else spec
    if isinstance(spec, str) and spec.startswith("@") and key.endswith(("color", "colorscale")):
        return _colour(spec, palette)
    return spec


def _colour(token: str, palette: Palette) -> Any:
    name, _, index = token.partition("#")
    entry = palette[name]
    if index:
        return entry[int(index) % len(entry)]
    if isinstance(entry, list):
        last = len(entry) - 1
        return [[round(i / last, 4), colour] for i, colour in enumerate(entry)]
    return entry
