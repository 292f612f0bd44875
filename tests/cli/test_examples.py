"""The example in each verb's help works as pasted."""

from __future__ import annotations

import shutil

import pytest

from tests.support.commands import DONE, call, example

VERBS = ["inspect", "split", "run", "demo", "fit", "generate", "complete", "evaluate", "audit"]
VERBS += ["redact", "report", "models", "metrics", "attacks"]
LONG = {"demo", "run"}


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
