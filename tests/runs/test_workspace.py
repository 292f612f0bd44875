"""What an interrupted fit leaves, and how it goes away."""

import errno

import pytest

from imaginome.errors import OutputError
from imaginome.runs.workspace import fit_files


def test_a_fit_that_cannot_be_discarded_says_what_to_do(tmp_path, monkeypatch):
    def unlink(path, missing_ok=False):
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr("pathlib.Path.unlink", unlink)
    with (
        pytest.raises(OutputError, match="not permitted: choose another folder"),
        fit_files(tmp_path / "model", resume=False, force=True),
    ):
        pass
