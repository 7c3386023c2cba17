"""What converting a bundle of files is, wherever they come from: a folder or the lake.

What does not belong here: getting at the files (`conversion`, `chain.convert`).
"""

from __future__ import annotations

from collections.abc import Callable

from emfair.model.canonical import digest_of
from emfair.nxem.convert import Converted
from emfair.vendor.bundles import Bundle


def convert_bundle(each: Bundle, convert: Callable[[Bundle], Converted]) -> Converted:
    """Convert a bundle; if its primary is no use, those companions that are measurements.

    Others are not tried: without their primary they could only be told to need it.
    """
    done = convert(each)
    if done.read or not each.alone:
        return done
    for name in each.companions:
        single = convert(Bundle(name))
        done.written += single.written
        done.findings += single.findings
        done.doubts += single.doubts
    return done


def store_digest(each: Bundle, sha256_of: Callable[[str], str]) -> str:
    """Return one SHA-256 for a format that is a folder: over its files' names and checksums."""
    return digest_of(sorted((name, sha256_of(name)) for name in each.members))
