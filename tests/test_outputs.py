"""Outputs appear whole or not at all."""

import errno
import os

import pytest

from imaginome.errors import OutputError
from imaginome.outputs import atomic_directory, atomic_file, write_text


def left(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_companions_appear_with_the_file(tmp_path):
    with atomic_file(tmp_path / "x.gz", companions=(".tbi",)) as temporary:
        temporary.write_text("x")
        temporary.with_name(temporary.name + ".tbi").write_text("i")
        assert "x.gz" not in left(tmp_path)
    assert left(tmp_path) == ["x.gz", "x.gz.tbi"]


def test_nothing_is_left_after_a_failure(tmp_path):
    with pytest.raises(ValueError, match="boom"), atomic_file(tmp_path / "x") as temporary:
        temporary.write_text("half")
        raise ValueError("boom")
    with pytest.raises(KeyboardInterrupt), atomic_directory(tmp_path / "d", known_by="k") as folder:
        (folder / "half").write_text("half")
        raise KeyboardInterrupt
    assert left(tmp_path) == []


def test_an_existing_output_is_refused_and_kept(tmp_path):
    (tmp_path / "x").write_text("old")
    with pytest.raises(OutputError, match="--force"):
        write_text(tmp_path / "x", "new")
    assert (tmp_path / "x").read_text() == "old"
    write_text(tmp_path / "x", "new", force=True)
    assert (tmp_path / "x").read_text() == "new"


def test_no_folder(tmp_path):
    with pytest.raises(OutputError, match="no folder"):
        write_text(tmp_path / "nowhere" / "x", "text")


def test_a_full_disk_is_said_in_one_line(tmp_path):
    with pytest.raises(OutputError, match="no space left"), atomic_file(tmp_path / "x"):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_only_folders_of_ours_are_replaced(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with (
        pytest.raises(OutputError, match="holds something else"),
        atomic_directory(tmp_path / "thesis", known_by="model.json", force=True),
    ):
        pass
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "years of work"


def test_a_folder_of_ours_is_replaced_whole(tmp_path):
    for text in ("old", "new"):
        with atomic_directory(tmp_path / "m", known_by="model.json", force=True) as folder:
            (folder / "model.json").write_text(text)
            (folder / text).touch()
    assert left(tmp_path) == ["m"]
    assert left(tmp_path / "m") == ["model.json", "new"]


@pytest.mark.parametrize("name", [".", "..", "/"])
def test_no_name_for_an_output(name):
    from pathlib import Path

    with pytest.raises(OutputError):
        write_text(Path(name), "text", force=True)


def test_a_file_and_a_folder_do_not_replace_each_other(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write_text(tmp_path / "folder", "x", force=True)
    with (
        pytest.raises(OutputError, match="is a file"),
        atomic_directory(tmp_path / "file", known_by="k", force=True),
    ):
        pass
