"""What README and the pages show works as shown: every command and every block of code is run."""

from __future__ import annotations

import re
import shlex

import pytest
import typer

from imaginome.cli.app import app
from tests.support import world
from tests.support.commands import DONE, call

PAGES = {str(page.relative_to(world.ROOT)): page for page in world.pages()}
SLOW = {"docs/tutorial.md"}
"""Pages that use the bundled panel, which takes minutes."""
SELF_MADE = {"README.md", "docs/tutorial.md"}
"""Pages whose blocks make what later blocks use."""
WITH_BLOCKS = [name for name, page in PAGES.items() if world.blocks(page)]
START = """
import imaginome, numpy
panel = imaginome.read_panel("panel.vcf.gz")
train, holdout = imaginome.split(panel, holdout=0.5, seed=1)
artificial = imaginome.read_panel("artificial.vcf.gz")
model = imaginome.load_model("model")
haplotypes = holdout.haplotypes[:4]
observed = numpy.arange(panel.n_sites) % 4 == 0
"""
SOONER = [
    (r"(imaginome run .*)", r"\1 --no-power"),
    (r"--budget \w+", "--budget 10s"),
    (r"budget=\d+", "budget=10"),
]
CHOSEN = [
    (r"(imaginome (?:run|evaluate) (?!.*--metric).*)", r"\1 --metric frequency"),
    (r"(imaginome (?:run|audit|redact) (?!.*--attack).*)", r"\1 --attack copies"),
]
"""README computes everything; the other pages compute little where they do not say what."""
RUN = [pytest.param(name, marks=pytest.mark.long) if name in SLOW else name for name in WITH_BLOCKS]


@pytest.mark.parametrize("name", RUN)
def test_the_blocks_of_a_page(name, tmp_path, monkeypatch):
    """In this process, one after the other, as what a block needs may be left by an earlier one."""
    world.build(tmp_path)
    monkeypatch.chdir(tmp_path)
    blocks = world.blocks(PAGES[name])
    if name in SELF_MADE:
        (tmp_path / "split.tsv").unlink()
    else:
        world.fitted(tmp_path)
    for block in blocks:
        if block.excuse:
            continue
        if block.language == "python":
            code = block.text if name == "README.md" else START + block.text
            exec(compile(sooner(code), name, "exec"), {"__name__": "__main__"})
        for command in block.commands():
            ways = SOONER if name == "README.md" else [*SOONER, *CHOSEN]
            # The audit of so small a panel may fail: that is a result.
            call(*shlex.split(sooner(command, ways))[1:], code=DONE)


def test_no_block_is_overlooked():
    """Every fence names its language: what is not run or excused is output or a listing."""
    assert len([c for block in world.blocks(PAGES["README.md"]) for c in block.commands()]) >= 8
    for name, page in PAGES.items():
        opened = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.M)[::2]
        assert set(opened) <= {"sh", "python", "text", "bibtex"}, name


def sooner(text: str, ways: list[tuple[str, str]] = SOONER) -> str:
    for long, short in ways:
        text = re.sub(long, short, text)
    return text


@pytest.mark.parametrize("name", WITH_BLOCKS)
def test_the_options_of_a_page_exist(name):
    """Also of blocks that are not run."""
    verbs = typer.main.get_command(app).commands
    for block in world.blocks(PAGES[name]):
        for command in block.commands():
            verb, *words = shlex.split(command)[1:]
            assert verb in verbs, command
            known = {o for p in verbs[verb].params for o in (*p.opts, *p.secondary_opts)}
            given = {word.split("=")[0] for word in words if word.startswith("-")}
            assert given <= known | {"--help"}, f"{command}: {given - known}"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_links_and_pictures_exist(name):
    page = PAGES[name]
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        made = target.startswith(("http:", "https:")) or "reference/" in target
        if not made:
            assert (page.parent / target).exists(), target
