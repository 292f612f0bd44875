"""Writing: the same bytes, all or nothing, and a full disk."""

from __future__ import annotations

import errno
import resource
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import OutputError, PanelError
from imaginome.formats import ReadOptions, read_panel, write_panel
from imaginome.formats.bgzf import BgzfWriter, write_index
from imaginome.panel import Panel

WRITTEN = {
    "a.vcf": ["a.vcf"],
    "a.vcf.gz": ["a.vcf.gz", "a.vcf.gz.tbi"],
    "a.bcf": ["a.bcf", "a.bcf.csi"],
    "a.hapt.gz": ["a.hapt.gz", "a.legend"],
    "a.hapt": ["a.hapt", "a.legend"],
}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", WRITTEN)
def test_same_panel_same_bytes_and_nothing_else_is_left(panel: Panel, tmp_path, name):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    write_panel(panel, tmp_path / "one" / name, notes=["model x, seed 1"])
    write_panel(panel, tmp_path / "two" / name, notes=["model x, seed 1"])
    assert sorted(files(tmp_path / "one")) == sorted(WRITTEN[name])
    assert files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.parametrize("name", WRITTEN)
def test_existing_output_is_refused_without_force(panel: Panel, tmp_path, name):
    path = tmp_path / name
    write_panel(panel, path)
    before = files(tmp_path)
    other = panel.take_sites(slice(0, 50))
    with pytest.raises(OutputError, match="exists already"):
        write_panel(other, path)
    assert files(tmp_path) == before
    write_panel(other, path, force=True)
    assert read_panel(path, ReadOptions(monomorphic="keep")).n_sites == 50


def test_header_says_that_data_are_artificial(panel: Panel, tmp_path):
    write_panel(panel, tmp_path / "a.vcf", notes=["made by\nrbm", "seed 7"])
    lines = (tmp_path / "a.vcf").read_text().splitlines()
    assert "##imaginome_artificial=made by rbm" in lines
    assert "##imaginome_artificial=seed 7" in lines
    assert '##SAMPLE=<ID=S000,Population="POP0",Superpopulation="A">' in lines


def test_counts_in_info(panel: Panel, tmp_path):
    write_panel(panel, tmp_path / "a.vcf")
    rows = [line for line in (tmp_path / "a.vcf").read_text().splitlines() if line[0] != "#"]
    for j, row in enumerate(rows):
        info = dict(item.split("=") for item in row.split("\t")[7].split(";"))
        assert int(info["AC"]) == panel.haplotypes[:, j].sum()
        assert int(info["AN"]) == panel.n_haplotypes
        assert float(info["AF"]) == pytest.approx(panel.frequencies()[j], rel=1e-5)


@pytest.mark.parametrize("name", ["a.txt", "a.gz", "vcf"])
def test_unknown_suffix(panel: Panel, tmp_path, name):
    with pytest.raises(OutputError, match=r"end it with one of: .*\.vcf\.gz"):
        write_panel(panel, tmp_path / name)


def test_url_and_folder_that_is_not_there(panel: Panel, tmp_path):
    with pytest.raises(OutputError, match="URL"):
        write_panel(panel, "https://example.org/a.vcf")
    with pytest.raises(OutputError, match="no folder"):
        write_panel(panel, tmp_path / "none" / "a.vcf")


def test_disorder_and_emptiness_are_refused(panel: Panel, tmp_path):
    with pytest.raises(PanelError, match="the panel is not sorted"):
        write_panel(panel.take_sites(np.array([5, 4, 3])), tmp_path / "a.vcf")
    with pytest.raises(PanelError, match="without sites"):
        write_panel(panel.take_sites(slice(0, 0)), tmp_path / "a.vcf")
    assert not files(tmp_path)


def test_position_that_no_tbi_can_hold(panel: Panel, tmp_path):
    far = replace(panel.sites, position=panel.sites.position + 2**29)
    with pytest.raises(OutputError, match=r"above 2\^29 fit \.bcf"):
        write_panel(replace(panel, sites=far), tmp_path / "a.vcf.gz")
    assert not files(tmp_path)
    write_panel(replace(panel, sites=far), tmp_path / "a.bcf")
    assert read_panel(tmp_path / "a.bcf").sites.position[0] > 2**29


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk_reaches_us():
    with pytest.raises(OSError) as caught, BgzfWriter(Path("/dev/full")) as out:
        out.write(bytes(10))
    assert caught.value.errno == errno.ENOSPC


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(("name", "end"), [("vcf.gz", ".tbi"), ("bcf", ".csi")])
def test_full_disk_while_indexing(panel: Panel, tmp_path, name, end):
    path = tmp_path / f"a.{name}"
    write_panel(panel, path)
    Path(f"{path}{end}").unlink()
    Path(f"{path}{end}").symlink_to("/dev/full")
    with pytest.raises(OSError) as caught:
        write_index(path, name[:3], end)
    assert caught.value.errno == errno.ENOSPC


LIMITED = """
import resource, sys
from tests.support.simulated import simulated_panel
from imaginome.errors import OutputError
from imaginome.formats import write_panel
panel = simulated_panel(200, 400)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    write_panel(panel, {path!r})
except OutputError as error:
    print(error)
    sys.exit(1)
"""


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("limit", [10, 5000])
def test_disk_that_takes_no_more_leaves_nothing(tmp_path, pytestconfig, name, limit):
    """A limit on the size of files stands for the full disk; another process, as it stays."""
    script = LIMITED.format(limit=limit, path=str(tmp_path / name))
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("\n") == 1
    assert name in done.stdout
    assert done.stderr == ""
    assert not files(tmp_path)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != limit
