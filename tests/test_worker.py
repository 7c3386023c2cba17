"""What happens in the other process stays there, but for its answer."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from emfair.errors import BadCall, Unavailable
from emfair.worker import DiedError, HungError, Worker

GB = 1 << 30


@pytest.fixture
def worker():
    with Worker(GB) as worker:
        yield worker


class Stubborn(Exception):
    """An exception that cannot be unpickled."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def complain(message):
    raise BadCall(message, subject="x.dm3", remedy="Mend it.")


def complain_stubbornly():
    raise Stubborn("salt", "pepper")


def close_everything_and_sleep():
    os.closerange(3, 100)
    time.sleep(60)


def test_an_answer_comes_back_and_the_process_is_kept(worker):
    assert worker.call(10, divmod, 17, 5) == (3, 2)
    pid = worker.pid
    assert worker.call(10, os.getpid) == pid != os.getpid()


def test_an_error_is_raised_here_with_all_it_says_and_where_it_was_raised(worker):
    with pytest.raises(BadCall) as raised:
        worker.call(10, complain, "is wrong.")
    assert str(raised.value) == "x.dm3: is wrong. Mend it."
    assert "in complain" in raised.value.__notes__[0]
    assert worker.call(10, abs, -1) == 1


def test_an_error_that_cannot_travel_is_told_in_words(worker):
    with pytest.raises(RuntimeError, match="Stubborn: salt and pepper"):
        worker.call(10, complain_stubbornly)


def test_what_does_not_end_is_ended_and_the_next_call_gets_a_new_process(worker):
    first = worker.call(10, os.getpid)
    with pytest.raises(HungError, match="not done after 1 s"):
        worker.call(1, time.sleep, 60)
    assert worker.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert worker.call(10, os.getpid) != first


def test_a_death_names_the_signal_or_the_exit_code(worker):
    with pytest.raises(DiedError, match="SIGSEGV"):
        worker.call(10, signal.raise_signal, signal.SIGSEGV)
    with pytest.raises(DiedError, match="exit code 3"):
        worker.call(10, os._exit, 3)


def test_a_death_between_two_calls_costs_nothing(worker):
    first = worker.call(10, os.getpid)
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert worker.call(10, os.getpid) != first


def test_a_line_that_is_closed_is_a_death_even_if_the_process_lives_on(worker):
    with pytest.raises(DiedError, match="SIGKILL"):
        worker.call(10, close_everything_and_sleep)


def test_a_death_by_a_signal_without_a_name_is_told_by_its_number():
    assert DiedError(-40).how == "signal 40"


def test_a_result_that_cannot_travel_is_an_error_of_the_function_not_a_death(worker):
    with pytest.raises(Exception, match="pickle"):
        worker.call(10, open, os.devnull)
    assert worker.call(10, abs, -1) == 1


def test_modules_do_not_come_from_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    with Worker(GB) as worker:
        assert worker.call(30, find_spec, "numpy").origin != str(tmp_path / "numpy.py")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process' data")
def test_more_memory_than_allowed_is_refused(worker):
    with pytest.raises(MemoryError):
        worker.call(10, bytearray, 2 * GB)
    assert len(worker.call(10, bytes, 1000)) == 1000


@pytest.mark.parametrize("python", ["/nonexistent/python", "/bin/false"])
def test_a_process_that_cannot_start_is_nobodys_bad_data(python):
    with Worker(GB, python=python) as worker, pytest.raises(Unavailable, match=python):
        worker.call(10, abs, -1)


STARVED = """
import resource
from emfair.errors import Unavailable
from emfair.worker import LEAST, Worker
resource.setrlimit(resource.RLIMIT_DATA, (LEAST - 1, LEAST - 1))
try:
    Worker(1 << 30).call(10, abs, -1)
except Unavailable as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds a process' data")
def test_a_limit_that_nothing_could_start_in_is_told_at_once():
    done = subprocess.run(
        [sys.executable, "-c", STARVED], capture_output=True, text=True, check=True, timeout=30
    )
    assert "could not be started: it may take 349 MB of memory, and needs 350" in done.stdout
    assert "ulimit -d" in done.stdout


def test_the_process_ends_with_the_one_that_started_it():
    script = (
        "import os, time; from emfair.worker import Worker; w = Worker(1 << 30); "
        "print(w.call(10, os.getpid), flush=True); w.call(600, time.sleep, 600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        os.kill(child, 0)
        parent.kill()
    assert ends_within(10, child)


def ends_within(seconds, pid):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
