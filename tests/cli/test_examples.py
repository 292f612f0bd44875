"""The example in each verb's help works as pasted."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest
from commands import DONE, call

VERBS = ["inspect", "split", "run", "demo", "fit", "generate", "complete", "evaluate", "audit"]
VERBS += ["redact", "report", "models", "metrics", "attacks"]
LONG = {"demo", "run"}


def example(verb: str) -> list[str]:
    """Return the words of the example that `verb` shows."""
    from imaginome.cli import catalogue, completion, generate, judge, make, show

    modules = (show, make, generate, completion, judge, catalogue)
    verbs = [v for module in modules for v in module.VERBS]
    (doc,) = [v.__doc__ for v in verbs if v.__name__ == verb]
    (command,) = re.findall(r"Example: `imaginome (.*?)`", doc)
    assert f"Example: imaginome {command}" in " ".join(call(verb, "--help").stdout.split())
    return shlex.split(command)


@pytest.mark.parametrize(
    "verb", [pytest.param(v, marks=pytest.mark.long if v in LONG else ()) for v in VERBS]
)
def test_the_example_works(verb, files, finished, tmp_path, monkeypatch):
    words = example(verb)
    assert words[0] == verb
    outputs = {words[i + 1] for i, word in enumerate(words) if word == "-o"}
    for source in (*files.iterdir(), *finished.iterdir()):
        if source.name in words and source.name not in outputs:
            (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / source.name)
    if "out" in words and "out" not in outputs:
        shutil.copytree(finished, tmp_path / "out")
    monkeypatch.chdir(tmp_path)
    call(*words, code=DONE if verb in ("run", "demo", "audit", "redact") else 0)
    assert all((tmp_path / output).exists() for output in outputs)
