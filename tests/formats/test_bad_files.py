"""Files that are damaged or not what they claim: one line that says what, where, what to do."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import FormatError, ImaginomeError, PanelError
from imaginome.formats import ReadOptions, read_panel, write_panel


def refusal(path: Path | str, options: ReadOptions | None = None) -> str:
    """Return the message of the error, which must be one line and name the file."""
    with pytest.raises(ImaginomeError) as caught:
        read_panel(path, options or ReadOptions())
    message = str(caught.value)
    assert "\n" not in message
    assert Path(path).name in message
    return message


@pytest.fixture
def many(row):
    rng = np.random.default_rng(2)
    genotypes = np.array(["0|0", "0|1", "1|0", "1|1"])[rng.integers(0, 4, (4000, 3))]
    return [row(j + 1, " ".join(genotypes[j])) for j in range(4000)]


@pytest.fixture(autouse=True)
def _silent_libraries(capfd):
    yield
    assert capfd.readouterr().err == "", "htslib printed something of its own"


@pytest.mark.parametrize("name", ["cut.vcf.gz", "cut_bgzf.vcf.gz"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_compression(make_vcf, many, name, share):
    path = make_vcf(many, name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert "damaged or incomplete" in refusal(path)


@pytest.mark.parametrize("lost", [1, 4, 8])
def test_gzip_without_its_last_bytes(make_vcf, many, lost):
    path = make_vcf(many, "cut.vcf.gz")
    path.write_bytes(path.read_bytes()[:-lost])
    assert "damaged or incomplete" in refusal(path)


def test_bgzf_cut_between_two_blocks(make_vcf, many):
    path = make_vcf(many, "cut_bgzf.vcf.gz")
    path.write_bytes(path.read_bytes()[:-28])
    assert "end-of-file block is missing" in refusal(path)


def test_bcf_cut(panel, tmp_path):
    path = tmp_path / "cut.bcf"
    write_panel(panel, path)
    content = path.read_bytes()
    path.write_bytes(content[:-28])
    assert "end-of-file block is missing" in refusal(path)
    path.write_bytes(content[: len(content) // 2])
    assert "end-of-file block is missing" in refusal(path)


def test_bcf_whose_blocks_are_whole_but_records_are_not(panel, tmp_path):
    from imaginome.formats.bgzf import BgzfWriter

    path = tmp_path / "cut.bcf"
    write_panel(panel, path)
    content = gzip.decompress(path.read_bytes())
    with BgzfWriter(path) as out:
        out.write(content[:-50])
    assert "cannot be read beyond 1:" in refusal(path)


@pytest.mark.parametrize("name", ["flip.vcf.gz", "flip_bgzf.vcf.gz"])
def test_flipped_byte(make_vcf, many, name):
    path = make_vcf(many, name)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    assert "damaged or incomplete" in refusal(path)


def test_text_file(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary,\ntoday")
    assert "begins with 'Dear diary,'" in refusal(path)


def test_empty_files(tmp_path):
    for name, content in [("a.vcf", b""), ("b.vcf.gz", gzip.compress(b"")), ("c.hapt", b"")]:
        path = tmp_path / name
        path.write_bytes(content)
        assert "is empty" in refusal(path) or "damaged" in refusal(path)


@pytest.mark.parametrize("name", ["none.vcf", "none.vcf.gz", "none_bgzf.vcf.gz"])
def test_header_without_sites(make_vcf, name):
    assert "header but no sites" in refusal(make_vcf([], name))


def test_bcf_header_without_sites(panel, tmp_path):
    import struct

    from imaginome.formats.bgzf import BgzfWriter
    from imaginome.formats.headers import header_text

    path = tmp_path / "none.bcf"
    header = header_text(panel, []).encode() + b"\0"
    with BgzfWriter(path) as out:
        out.write(b"BCF\x02\x02" + struct.pack("<I", len(header)) + header)
    assert "header but no sites" in refusal(path)


def test_header_cut_off(tmp_path):
    path = tmp_path / "cut.vcf"
    path.write_text("##fileformat=VCFv4.2\n##contig=<ID=1>\n")
    assert "no #CHROM line" in refusal(path)


def test_sites_without_genotypes(tmp_path):
    path = tmp_path / "sites.vcf"
    path.write_text("##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n")
    assert "no genotypes" in refusal(path)


@pytest.mark.parametrize("genotypes", ["0|1 0|1", "0|1 0|1 0|1 0|1", "0|1"])
def test_rows_of_the_wrong_length(make_vcf, row, genotypes):
    message = refusal(make_vcf([row(1), row(2, genotypes)]))
    assert "line 7" in message
    assert "the header has 12" in message


@pytest.mark.parametrize("blank", ["\n", "\r\n", " \n"])
@pytest.mark.parametrize("last", [False, True])
def test_blank_line_is_an_error_and_not_a_crash(make_vcf, row, blank, last):
    rows = [row(1), row(2), blank] if last else [row(1), blank, row(2)]
    assert f"line {8 if last else 7} is blank" in refusal(make_vcf(rows))


@pytest.mark.parametrize("broken", [("x", "0|1 0|1 0|1"), (2, "foo 0|1 0|1")])
def test_unreadable_record_says_where(make_vcf, row, broken):
    assert "beyond 1:1" in refusal(make_vcf([row(1), row(*broken)]))


def test_record_without_gt(make_vcf, row):
    assert "1:2 has no genotypes" in refusal(make_vcf([row(1), row(2).replace("GT", "XX")]))


def test_sample_twice(make_vcf, row):
    path = make_vcf([row(1)], samples=["ann", "ben", "ann"])
    assert "sample 'ann' is there twice" in refusal(path)


@pytest.mark.parametrize("name", ["random.bcf", "random.vcf.gz", "random.hapt"])
def test_random_bytes(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(np.random.default_rng(3).bytes(4000))
    refusal(path, ReadOptions(legend=path))


def test_gzip_magic_and_then_noise(tmp_path):
    path = tmp_path / "random.vcf.gz"
    path.write_bytes(b"\x1f\x8b" + np.random.default_rng(3).bytes(4000))
    assert "damaged" in refusal(path)


def test_bcf_magic_and_then_noise(tmp_path):
    path = tmp_path / "random.bcf"
    path.write_bytes(b"BCF\x02\x02" + np.random.default_rng(3).bytes(4000))
    refusal(path)


def test_folder_and_missing_file(tmp_path):
    assert "is a folder" in refusal(tmp_path)
    assert "there is no file" in refusal(tmp_path / "nothing.vcf")


@pytest.fixture
def _no_rights():
    """Become a user without rights: root may read everything."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        yield
        os.seteuid(0)
    else:
        yield


def test_file_without_rights(make_vcf, row, request):
    path = make_vcf([row(1)])
    path.chmod(0)
    request.getfixturevalue("_no_rights")
    assert "cannot be read" in refusal(path)


def test_damaged_index(panel, tmp_path):
    path = tmp_path / "panel.vcf.gz"
    write_panel(panel, path)
    Path(f"{path}.tbi").write_bytes(b"noise")
    with pytest.raises(FormatError, match="index"):
        read_panel(path, ReadOptions(regions=(("1", 1, 9000),)))


def test_errors_are_panel_errors():
    assert issubclass(FormatError, PanelError)
