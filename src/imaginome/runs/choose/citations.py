"""Where the parts of the choice come from."""

from __future__ import annotations

from imaginome.citations import Citation

STONE_1974 = Citation(
    "stone1974",
    "Stone, Mervyn",
    "Cross-validatory choice and assessment of statistical predictions",
    "Journal of the Royal Statistical Society, Series B",
    1974,
    "10.1111/j.2517-6161.1974.tb00994.x",
    "models chosen by people whom they have not seen",
)
BREIMAN_1984 = Citation(
    "breiman1984",
    "Breiman, Leo and Friedman, Jerome H. and Olshen, Richard A. and Stone, Charles J.",
    "Classification and Regression Trees",
    "Wadsworth",
    1984,
    reason="the smaller of models that are equal within one standard error",
)
MARON_MOORE_1994 = Citation(
    "maron1994",
    "Maron, Oded and Moore, Andrew W.",
    "Hoeffding races: accelerating model selection search for classification and function "
    "approximation",
    "Advances in Neural Information Processing Systems 6",
    1994,
    reason="models far behind leave the race early",
)
CITATIONS = (STONE_1974, BREIMAN_1984, MARON_MOORE_1994)
