"""SHA-256 of what seeded runs leave, to show that a change of the code changes no result.

Every generator is run by the command line on the bundled panel, on the 805 SNPs and on 2,000
neighbouring SNPs of chromosome 15; weights, artificial panel, ``metrics.json``, ``audit.json``
and datasheet are digested, without times, memory and versions::

    python validation/digests.py -o before.json --jobs 2
    python validation/digests.py -o after.json --jobs 2 --against before.json

A table goes to stdout; exit code 1 where a digest differs from that of ``--against``. Runs that
stand in the output already are kept, so that an interrupted series goes on. Digests hold for one
machine and one set of versions: floating-point libraries may differ elsewhere.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import imaginome

PANELS = Path(os.environ.get("IMAGINOME_PANELS", "../shared/data"))
GENERATORS = ("independent", "markov", "mosaic", "tree", "hmm", "rbm", "gan", "vae")
CHR15 = "15:28062978-28460144"
"""2,000 sites of kgp-chr15-10k."""
FLEETING = frozenset({"seconds", "peak_memory_mb", "version"})
REMARK = re.compile(r"imaginome [0-9][^,\s]*")


def panels() -> dict[str, list[str]]:
    """Return the arguments of `imaginome run` that name each panel."""
    bundled = Path(imaginome.__file__).parent / "data"
    samples = ["--samples", str(PANELS / "samples.tsv")]
    dense = PANELS / "kgp-chr15-10k" / "real.vcf.gz"
    return {
        "demo": [str(bundled / "demo.vcf.gz"), "--samples", str(bundled / "demo.samples.tsv")],
        "kgp-805": [str(PANELS / "kgp-805" / "real.hapt.gz"), *samples],
        "chr15-2000": [str(dense), *samples, "-r", CHR15],
    }


def digest_run(model: str, panel: list[str], options: list[str]) -> dict[str, str]:
    """Run one generator on one panel; return the digest of each thing that it left."""
    with tempfile.TemporaryDirectory(prefix="digests-") as scratch:
        out = Path(scratch) / "run"
        command = [sys.executable, "-m", "imaginome.cli", "run", *panel, "--model", model]
        command += ["--seed", "1", "--threads", "1", *options, "-o", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3):
            return {"error": done.stderr.strip().splitlines()[-1]}
        return {name: hashlib.sha256(content).hexdigest() for name, content in _contents(out)}


def _contents(run: Path) -> list[tuple[str, bytes]]:
    weights = sorted((run / "model").glob("*"))
    artificial = gzip.decompress((run / "artificial.vcf.gz").read_bytes()).decode()
    return [
        ("weights", (run / "model" / "weights.safetensors").read_bytes()),
        ("model", b"".join(_timeless(path) for path in weights if path.suffix == ".json")),
        ("artificial", REMARK.sub("imaginome", artificial).encode()),
        ("metrics", _timeless(run / "metrics.json")),
        ("audit", _timeless(run / "audit.json")),
        ("datasheet", REMARK.sub("imaginome", (run / "datasheet.md").read_text()).encode()),
    ]


def _timeless(path: Path) -> bytes:
    return json.dumps(_without(json.loads(path.read_text())), sort_keys=True).encode()


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without(v) for k, v in value.items() if k not in FLEETING}
    return [_without(item) for item in value] if isinstance(value, list) else value


def compare(digests: dict[str, Any], before: dict[str, Any]) -> tuple[str, bool]:
    """Return a Markdown table of the digests, and whether all equal those of before."""
    kinds = ("weights", "model", "artificial", "metrics", "audit", "datasheet")
    lines = ["| run | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
    same = True
    for run in sorted(digests):
        cells = []
        for kind in kinds:
            digest, old = digests[run].get(kind, "-"), before.get(run, {}).get(kind)
            same &= old in (None, digest)
            cells.append(digest[:8] if old in (None, digest) else f"**{digest[:8]}** ({old[:8]})")
        lines.append(f"| {run} | " + " | ".join(cells) + " |")
    return "\n".join(lines), same


def main() -> int:
    """Digest what is asked for; compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--panel", action="append", default=[])
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    digests = json.loads(arguments.output.read_text()) if arguments.output.exists() else {}
    named = {k: v for k, v in panels().items() if k in (arguments.panel or panels())}
    # The power of attacks does not depend on the generator: once is enough.
    runs = [
        (f"{panel}/{model}", model, words, [] if model == "independent" else ["--no-power"])
        for panel, words in named.items()
        for model in arguments.model or GENERATORS
        if f"{panel}/{model}" not in digests
    ]

    def one(run: tuple[str, str, list[str], list[str]]) -> None:
        name, model, words, options = run
        digests[name] = digest_run(model, words, options)
        arguments.output.write_text(json.dumps(digests, indent=1, sort_keys=True) + "\n")
        print(name, digests[name].get("error", "done"), file=sys.stderr)

    with ThreadPoolExecutor(arguments.jobs) as pool:
        list(pool.map(one, runs))
    before = json.loads(arguments.against.read_text()) if arguments.against else {}
    table, same = compare(digests, before)
    print(table)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
