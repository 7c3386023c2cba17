"""What scripts import: all there, light until it is used, and the example works."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

import emfair.client


def test_every_public_name_is_there():
    for name in emfair.client.__all__:
        assert getattr(emfair.client, name).__name__ == name
    assert set(emfair.client.__all__) == set(emfair.client._HOMES)
    with pytest.raises(AttributeError, match="nothing_of_ours"):
        emfair.client.nothing_of_ours  # noqa: B018


def test_importing_the_package_imports_nothing_heavy():
    program = "import sys, emfair.client; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    modules = set(done.stdout.decode().split())
    assert not modules & {"httpx", "numpy", "pydantic", "h5py", "emfair.client.http"}


def test_a_client_needs_no_stores():
    program = "import sys; from emfair.client import Client, deposit; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    modules = set(done.stdout.decode().split())
    assert not modules & {"sqlalchemy", "boto3", "fastapi", "emfair.lake", "emfair.service"}


def test_the_example_of_the_documentation_works(served, session, capsys):
    text = emfair.client.__doc__ or ""
    start, end = text.index("    from pathlib"), text.index("The same deposit")
    example = dedent(text[start:end])
    for written, real in (
        ('"https://emfair.example.org"', repr(served.url)),
        ('"emf_…"', repr(served.token())),
        ('"session"', repr(str(session))),
    ):
        assert example.count(written) == 1
        example = example.replace(written, real)
    exec(example, {})  # noqa: S102  our own words
    (row,) = served.services.registry.experiments.list(limit=10)
    assert capsys.readouterr().out == f"{row.id} sealed\n"
