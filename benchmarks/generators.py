"""Every generator and every published set on the real panels, in one table.

``python -m benchmarks.generators [--panels FOLDER] [--only kgp-805] [--models hmm rbm] [--seed 1]``

Each generator is fitted to the training half and judged on the holdout, in a process of its
own, so that its peak memory is its own. Finished runs are kept in ``benchmarks/out`` and not
repeated. The table is written to ``docs/benchmarks/generators.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.shared import page
from benchmarks.shared.command_line import DOCS, OUT
from imaginome.models.registry import models

PAGE = DOCS / "benchmarks" / "generators.md"
PANELS = {"kgp-805": "real.hapt.gz", "kgp-chr15-10k": "real.vcf.gz"}
PUBLISHED = {
    "kgp-805": {"published RBM": "published-rbm.hapt.gz", "published GAN": "published-gan.hapt.gz"},
    "kgp-chr15-10k": {"Genomator": "published-genomator.vcf.gz"},
}
# At their defaults these take a quarter of an hour on ten thousand sites.
DENSE_SETTINGS = {"rbm": ("updates=300",), "gan": ("steps=1000",)}
COLUMNS = {
    "frequency.mae": "AF m.a.e.",
    "frequency.lost": "lost",
    "linkage.pearson": "LD r",
    "linkage.mae": "LD m.a.e.",
    "three_point.pearson": "3-pt r",
    "structure.transport": "PCA W2",
    "structure.sliced": "PCA sliced",
    "distances.within": "dist. within",
    "classifier.trees": "AUC trees",
    "classifier.network": "AUC network",
    "aats.truth": "AA_truth (train)",
    "aats.syn": "AA_syn (train)",
    "aats.truth_holdout": "AA_truth (holdout)",
    "aats.syn_holdout": "AA_syn (holdout)",
    "privacy-loss.loss": "privacy loss",
    "membership.auc": "membership AUC",
    "segments.longest": "segment AUC",
    "segments.sitewise": "segments sitewise",
    "copies.excess": "copies",
}


def command(*words: str) -> list[str]:
    """Return a command line of this environment's imaginome."""
    return [sys.executable, "-c", "from imaginome.cli.main import main; main()", *words]


def call(*words: str) -> None:
    """Run imaginome; an audit that fails is a result, not an error."""
    code = subprocess.run(command(*words), check=False).returncode
    if code not in (0, 3):
        raise SystemExit(f"imaginome {' '.join(words)} ended with {code}")


def run_model(folder: Path, panel: str, model: str, seed: int) -> Path:
    """Run one generator on one panel, unless that was done before; return its folder."""
    out = OUT / f"{panel}-{model}-{seed}"
    if not out.exists():
        settings = DENSE_SETTINGS.get(model, ()) if panel == "kgp-chr15-10k" else ()
        chosen = [word for setting in settings for word in ("--set", setting)]
        labels = str(folder / "samples.tsv")
        words = ["run", str(folder / panel / PANELS[panel]), "--samples", labels, "--model", model]
        resume = ["--resume"] if out.with_name(out.name + ".partial").exists() else []
        call(*words, *chosen, "--seed", str(seed), "-o", str(out), *resume)
    return out


def judge(out: Path, panel: Path, split: Path, made: Path, seed: int, extra: list[str]) -> None:
    """Evaluate and audit an artificial panel; keep the results beside it."""
    real = ["--panel", str(panel), "--split", str(split), "--seed", str(seed), *extra]
    real += ["--samples", str(panel.parents[1] / "samples.tsv")]
    for verb, name in (("evaluate", "metrics.json"), ("audit", "audit.json")):
        call(verb, *real, str(made), "-o", str(out / name), "--force")


def judge_published(folder: Path, panel: str, file: str, split: Path, seed: int) -> Path:
    """Evaluate and audit one published set against the same split; return its folder."""
    out = OUT / f"{panel}-{Path(file).name.split('.')[0]}-{seed}"
    out.mkdir(parents=True, exist_ok=True)
    # Artificial individuals of other programs may come without a legend of their own.
    legend = folder / panel / "real.legend"
    extra = ["--artificial-legend", str(legend)] if file.endswith(".hapt.gz") else []
    if not (out / "audit.json").exists():
        judge(out, folder / panel / PANELS[panel], split, folder / panel / file, seed, extra)
    return out


def numbers(out: Path) -> dict[str, dict[str, Any]]:
    """Return every measure and finding of a folder by its id."""
    by_id: dict[str, dict[str, Any]] = {}
    for metric in json.loads((out / "metrics.json").read_text())["metrics"]:
        by_id |= {m["id"]: m for m in metric["measures"]}
    for attack in json.loads((out / "audit.json").read_text())["attacks"]:
        by_id |= {f["id"]: f for f in attack["findings"]}
    return by_id


def cell(number: dict[str, Any] | None, key: str = "") -> str:
    """Format a value for the table."""
    if number is None:
        return "-"
    estimate = number.get(key or ("artificial" if "artificial" in number else "strength"))
    value = estimate["value"] if estimate else None
    return "-" if value is None else f"{value:.4f}" if abs(value) < 0.1 else f"{value:.3f}"


def row(name: str, out: Path) -> list[str]:
    """Return the cells of one artificial set."""
    values = numbers(out)
    cost = ["-", "-", "-"]
    if (out / "run.json").exists():
        record = json.loads((out / "run.json").read_text())
        seconds = record["seconds"]
        memory = f"{record['peak_memory_mb'] / 1024:.1f}"
        cost = [f"{seconds['fit']:.0f}", f"{seconds['generate']:.1f}", memory]
    verdict = json.loads((out / "audit.json").read_text())["verdict"]
    return [name, *cost, *(cell(values.get(c)) for c in COLUMNS), verdict]


def table(folder: Path, panel: str, chosen: list[str], seed: int, again: bool) -> str:
    """Run everything on one panel and return its section of the page."""
    rows = []
    first: Path | None = None
    for model in chosen:
        out = run_model(folder, panel, model, seed)
        if again:
            real, made = folder / panel / PANELS[panel], out / "artificial.vcf.gz"
            judge(out, real, out / "split.tsv", made, seed, [])
        first = first or out
        rows.append(row(f"`{model}`", out))
    assert first is not None
    for name, file in PUBLISHED[panel].items():
        split = first / "split.tsv"
        rows.append(row(name, judge_published(folder, panel, file, split, seed)))
    ceiling = numbers(first)
    values = [cell(ceiling.get(c), "ceiling") if "." in c else "-" for c in COLUMNS]
    rows.insert(0, ["**ceiling: real train**", "-", "-", "-", *values, "-"])
    head = ["artificial set", "fit s", "draw s", "GiB", *COLUMNS.values(), "audit"]
    return "\n".join([f"## {panel}", "", *page.table(head, rows)])


def main() -> None:
    """Write the page."""
    here = Path(os.environ.get("IMAGINOME_PANELS", DOCS.parents[1] / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panels", type=Path, default=here)
    parser.add_argument("--only", choices=list(PANELS), nargs="*", default=list(PANELS))
    parser.add_argument("--models", nargs="*", default=models.ids())
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--judge-again", action="store_true", help="measures and attacks anew")
    given = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    sections = [
        table(given.panels, panel, given.models, given.seed, given.judge_again)
        for panel in given.only
    ]
    shorter = ", ".join(
        f"`{model}` ran with `{' '.join(s)}`" for model, s in DENSE_SETTINGS.items()
    )
    intro = (
        "# Every generator on the real panels\n\n"
        f"`make benchmark`, seed {given.seed}; {page.machine()}. Fitted to the training half "
        "(1,252 individuals), judged on the other half; memory is the peak of the whole run. "
        "Published sets were made from everyone, train and holdout, so their privacy cannot be "
        f"judged. On kgp-chr15-10k {shorter}: a quarter of an hour and more at their defaults.\n"
    )
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(intro + "\n" + "\n".join(sections))
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
