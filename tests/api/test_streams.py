"""The names under which browsers save what they fetch."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from emfair.api.streams import content_disposition


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("x\u202ecod.exe", "x_cod.exe"),
        ("a\u2066b\u2069\n.dm3", "a_b__.dm3"),
        ("n\u00e4h 项目.dm3", "n\u00e4h 项目.dm3"),
        ("می\u200cخواهم.dm3", "می\u200cخواهم.dm3"),  # Persian is not written without the joiner
    ],
)
def test_a_name_is_saved_as_it_is_but_for_what_would_show_another(name, saved):
    assert unquote(content_disposition(name).rpartition("''")[2]) == saved
