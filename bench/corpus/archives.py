"""Where real vendor files come from: packages on PyPI that carry them for their own tests."""

from __future__ import annotations

from emfair.demo.corpus import HYPERSPY, Archive

_ANY = ("--only-binary=:all:",)
_SOURCE = ("--no-binary=:all:",)

ARCHIVES = (
    HYPERSPY,
    Archive(
        requirement="mrcfile==1.5.4",
        file="mrcfile-1.5.4.tar.gz",
        sha256="8fa9eb2e237d87d99b301c61bf02854dd85a451db25eefcbe142c09b36d8d601",
        folder="mrcfile-1.5.4/tests/test_data",
        pip_options=_SOURCE,
    ),
    Archive(
        requirement="kikuchipy==0.13.1",
        file="kikuchipy-0.13.1-py3-none-any.whl",
        sha256="f389042a3d798d376c29a0eac0a6262cea4f9f0712ab2abb586086f8d15d762c",
        folder="kikuchipy/data",
        pip_options=_ANY,
    ),
    Archive(
        requirement="exspy==0.3.2",
        file="exspy-0.3.2-py3-none-any.whl",
        sha256="3596ea40eb754055d6ef343a56f6c7f63ea2433951146f8a8df2e91595928660",
        folder="exspy",
        pip_options=_ANY,
    ),
    Archive(
        requirement="nionswift-io==15.5.0",
        file="nionswift_io-15.5.0-py3-none-any.whl",
        sha256="02c28ac45a7925e19d9baadc2aa8a65a7cdcf9fd290fbe4b1df0743b1a2268dc",
        folder="nionswift_plugin",
        pip_options=_ANY,
    ),
)
