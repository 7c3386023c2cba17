"""Threads that end when they are told, and that a process that ends does not wait for."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError, wait

import pytest

from emfair.client.hands import Hands

SLEEPER = """
import time
from emfair.client.hands import Hands
Hands(2, "test").submit(time.sleep, 60)
time.sleep(0.2)
"""


def test_what_is_done_is_told_and_so_is_what_goes_wrong():
    hands = Hands(3, "test")
    done = [hands.submit(divmod, number, 7) for number in range(50)]
    wrong = hands.submit(divmod, 1, 0)
    assert [one.result(10) for one in done] == [divmod(number, 7) for number in range(50)]
    with pytest.raises(ZeroDivisionError):
        wrong.result(10)
    hands.end(patiently=True)


def test_at_the_end_what_has_begun_is_done_and_the_rest_is_not():
    hands, go, begun = Hands(1, "only"), threading.Event(), threading.Event()

    def first() -> str:
        begun.set()
        go.wait(10)
        return "done"

    one, other = hands.submit(first), hands.submit(print, "never")
    begun.wait(10)
    threading.Timer(0.1, go.set).start()
    hands.end(patiently=True)
    assert one.result(0) == "done"
    assert other.cancelled()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("only")]


@pytest.mark.parametrize("patiently", [True, False])
def test_what_is_handed_in_after_the_end_is_cancelled_and_nobody_waits_for_it(patiently):
    hands = Hands(1, "test")
    hands.end(patiently=patiently)
    late = hands.submit(print, "never")
    assert wait([late], timeout=10).done == {late}
    with pytest.raises(CancelledError):
        late.result(10)


def test_whoever_waits_for_what_has_not_begun_hears_of_the_end():
    hands, go, begun = Hands(1, "test"), threading.Event(), threading.Event()
    hands.submit(lambda: (begun.set(), go.wait(10)))
    begun.wait(10)
    other = hands.submit(print, "never")
    threading.Timer(0.2, lambda: hands.end(patiently=False)).start()
    assert wait([other], timeout=10).done == {other}
    go.set()


def test_a_process_that_ends_waits_for_nobody():
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", SLEEPER], check=True)
    assert time.monotonic() - began < 30
