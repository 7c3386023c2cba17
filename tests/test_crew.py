"""Several at once, one alone, and nobody left behind."""

import os
import subprocess
import sys
import threading
import time

import pytest

from emfair.crew import BusyError, Crew, Lending, cores, crew, machine_memory
from emfair.worker import StoppedError

GB = 1 << 30


@pytest.fixture
def pair():
    pair = Crew(2, 4 * GB)
    yield pair
    pair.close()


def limits(_=None):
    import resource

    return resource.getrlimit(resource.RLIMIT_DATA)[0]


def test_two_work_at_the_same_time(pair):
    both = threading.Barrier(2, timeout=20)

    def work(item):
        with pair.turn() as worker:
            both.wait()
            return item, worker.call(20, os.getpid)

    done = dict(pair.each(work, ["a", "b"]))
    assert {done[0][0], done[1][0]} == {"a", "b"}
    assert (done[0][0], done[1][0]) == ("a", "b")
    assert len({pid for _, pid in done.values()}) == 2


def test_one_after_the_other_is_the_same_process(pair):
    def pid():
        with pair.turn() as worker:
            return worker.call(20, os.getpid)

    assert pid() == pid()


def test_whoever_waits_too_long_is_told(pair):
    with pair.turn(), pair.turn(), pytest.raises(BusyError), pair.turn(0.05):
        pass


def test_one_alone_has_all_the_memory_and_gives_it_back(pair):
    with pair.turn() as worker:
        share = worker.call(20, limits)
    with pair.alone() as worker:
        assert worker.call(20, limits) == 2 * share
        with pytest.raises(BusyError), pair.turn(0.05):
            pass
    with pair.turn() as worker:
        assert worker.call(20, limits) == share


def test_two_who_want_to_be_alone_come_one_after_the_other(pair):
    def work(item):
        with pair.alone() as worker:
            return worker.call(20, abs, item)

    assert dict(pair.each(work, [-1, -2, -3])) == {0: 1, 1: 2, 2: 3}


def test_an_error_ends_what_is_at_work_and_leaves_what_has_not_begun(pair):
    begun = []

    def work(item):
        begun.append(item)
        with pair.turn() as worker:
            if item == 0:
                raise LookupError("this one")
            worker.call(60, time.sleep, 60)

    started = time.monotonic()
    with pytest.raises(LookupError, match="this one"):
        list(pair.each(work, range(10)))
    assert time.monotonic() - started < 20
    assert len(begun) < 5
    with pair.turn() as worker:
        assert worker.call(20, abs, -1) == 1


def test_whoever_stops_listening_waits_for_nothing(pair):
    def work(item):
        with pair.turn() as worker:
            return worker.call(60, time.sleep, 60 * item)

    started = time.monotonic()
    listening = pair.each(work, [0, 1, 1, 1])
    assert next(listening) == (0, None)
    listening.close()
    assert time.monotonic() - started < 20


def test_work_that_is_not_in_a_call_yet_does_not_begin_one(pair):
    begun, stopped = threading.Event(), []

    def work(item):
        if item:
            raise LookupError("stop the others")
        begun.set()
        time.sleep(1)  # a copy, a checksum
        try:
            with pair.turn() as worker:
                worker.call(60, time.sleep, 60)
        except StoppedError as error:
            stopped.append(error)
            raise

    started = time.monotonic()
    with pytest.raises(LookupError):
        list(pair.each(work, [0, 1]))
    assert time.monotonic() - started < 20
    assert len(stopped) == 1


def test_one_who_stops_disturbs_no_other(pair):
    def slow(_):
        with pair.turn() as worker:
            return worker.call(20, time.sleep, 2)

    other = threading.Thread(target=lambda: answers.extend(pair.each(slow, [1])))
    answers: list[tuple[int, None]] = []
    other.start()
    time.sleep(0.5)
    listening = pair.each(slow, [1, 1])
    next(listening)
    listening.close()
    other.join()
    assert answers == [(0, None)]


def test_what_one_thread_does_in_its_turn_can_be_stopped_by_another(pair):
    lent, came = Lending(), []

    def work():
        with pair.lending(lent):
            try:
                with pair.turn() as worker:
                    worker.call(60, time.sleep, 60)
            except StoppedError as error:
                came.append(error)
            with pytest.raises(StoppedError), pair.turn():
                pass
        with pair.turn() as worker:
            came.append(worker.call(20, abs, -1))

    other = threading.Thread(target=work)
    started = time.monotonic()
    other.start()
    time.sleep(0.5)
    lent.stop()
    other.join()
    assert time.monotonic() - started < 20
    assert len(came) == 2
    assert came[1] == 1


def test_a_process_has_one_crew_that_ends_with_it():
    code = """
import os
from emfair.crew import crew
assert crew() is crew()
with crew().turn() as worker:
    print(worker.call(20, os.getpid))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(int(done.stdout), 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the worker outlived its process")


def test_the_crew_fits_the_machine():
    assert 1 <= crew().size <= cores() <= os.cpu_count()
    assert machine_memory() > GB


def test_one_alone_has_more_memory_than_one_of_several():
    crew = Crew(2, 2 * GB, 3 * GB)
    try:
        with crew.turn() as worker:
            assert worker.call(20, limits) == GB
        with crew.alone() as worker:
            assert worker.call(20, limits) == 3 * GB
        with crew.turn() as worker:
            assert worker.call(20, limits) == GB
    finally:
        crew.close()
    assert crew.gains
    assert not Crew(1, GB).gains


def test_who_has_all_the_memory_has_it_alone_on_the_machine(pair):
    code = """
from emfair.crew import Crew
with Crew(1, 1 << 30).alone():
    print("mine")
"""
    with pair.alone():
        other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(3)
    assert other.communicate(timeout=20)[0] == "mine\n"


def test_who_waits_for_all_the_memory_can_be_stopped(pair):
    def work(_):
        with pair.alone():
            pytest.fail("it is not alone")

    other = Crew(1, GB)
    with other.alone():
        threading.Timer(0.5, pair.stop).start()
        started = time.monotonic()
        with pytest.raises(StoppedError):
            list(pair.each(work, [0]))
        assert time.monotonic() - started < 20
    other.close()


def test_a_link_in_the_locks_place_is_not_followed_and_stops_nobody(pair, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"emfair-{os.getuid()}.lock").symlink_to(tmp_path / "elsewhere")
    with pair.alone() as worker:
        assert worker.call(20, os.getpid)
    assert not (tmp_path / "elsewhere").exists()
