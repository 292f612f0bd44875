"""Reading what a run or its steps left in a folder."""

import pytest

from imaginome.errors import FormatError
from imaginome.report.folder import read_result
from imaginome.results import Audit


@pytest.mark.parametrize("text", ["{", "{}", "[]", '{"version": 1'])
def test_a_damaged_result_says_where_and_what_to_do(tmp_path, text):
    path = tmp_path / "audit.json"
    path.write_text(text)
    with pytest.raises(FormatError, match=r"audit.json is damaged at .*: make it again$"):
        read_result(path, Audit)
