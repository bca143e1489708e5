"""The stack starts and stops as one: broker, lifeline, supervisor and `up`, real processes."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import time
from itertools import takewhile

import httpx
import pytest
from places import ROOT
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry
from stacks import PYTHON, environment, parent_of
from waiting import lives, until

from netspace.stack import locks, ports, valkey
from netspace.stack.supervisor import Part, Running

UP = [PYTHON, "-m", "netspace", "up"]


def broker_command(port):
    return [PYTHON, "-m", "netspace", "broker", f"--port={port}"]


def test_the_broker_wants_its_password_and_keeps_it(started, port, tmp_path):
    broker = started(broker_command(port), env=environment(tmp_path))
    url = valkey.url(tmp_path / "broker", port)
    assert until(lambda: valkey.answers(url))
    with (
        Redis(port=port, retry=Retry(NoBackoff(), 0)) as stranger,
        pytest.raises(AuthenticationError),
    ):
        stranger.ping()
    for private in ("config", "password"):
        assert (tmp_path / "broker" / private).stat().st_mode & 0o777 == 0o600

    broker.terminate()
    assert broker.wait(5) == 0
    assert url == valkey.url(tmp_path / "broker", port)


def test_the_broker_remembers_over_a_restart_and_never_forgets_for_memory(
    started, port, tmp_path
):
    url = valkey.url(tmp_path / "broker", port)
    first = started(broker_command(port), env=environment(tmp_path))
    assert until(lambda: valkey.answers(url))
    with Redis.from_url(url) as client:
        client.set("told", "once")
        wanted = {
            "bind": "127.0.0.1",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "requirepass": client.connection_pool.connection_kwargs["password"],
        }
        assert client.config_get(*wanted) == wanted
    first.terminate()
    # The next one waits for the end of the one before: two would ruin each other's file.
    started(broker_command(port), env=environment(tmp_path))
    first.wait(5)
    assert until(lambda: valkey.answers(url))
    with Redis.from_url(url) as client:
        assert client.get("told") == b"once"


def test_the_broker_in_a_container_is_configured_as_ours_is():
    """Text, for want of a container: what docker-compose.yml tells the server on its stdin."""
    compose = (ROOT / "docker-compose.yml").read_text()
    told = compose.partition("<<CONFIG\n")[2].partition("CONFIG\n")[0]
    settings = dict(line.split(maxsplit=1) for line in told.strip().splitlines())
    ours = dict(line.split(maxsplit=1) for line in valkey.CONFIG.splitlines())
    for name in ("appendonly", "appendfsync", "maxmemory-policy"):
        assert settings[name] == ours[name]
    assert settings["requirepass"] == "$$REDISCLI_AUTH"


def test_the_broker_ends_with_its_killed_parent(started, port, tmp_path):
    parent = started(
        parent_of(broker_command(port)),
        env=environment(tmp_path),
    )
    broker = int(parent.stdout.readline())
    assert until(lambda: valkey.answers(valkey.url(tmp_path / "broker", port)))
    parent.kill()
    assert until(lambda: not lives(broker), seconds=3)


PART = """
import os, signal, subprocess, sys, time
from netspace.stack import lifeline

for word in sys.argv[1:]:
    match word.split("="):
        case ["polite"]:
            signal.signal(signal.SIGTERM, lambda *_: (print("bye"), sys.exit()))
        case ["stubborn"]:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        case ["watched"]:
            lifeline.watch(grace=0.5)
        case ["child"]:
            subprocess.Popen([sys.executable, __file__, "sleep"])
        case ["sleep"]:
            print("pid", os.getpid())
            time.sleep(60)
        case ["write", path]:
            time.sleep(0.3)
            open(path, "x").close()
        case ["read", path]:
            print("found", os.path.exists(path))
        case ["once", path]:
            if os.path.exists(path):
                sys.exit(9)
            open(path, "x").close()
        case ["wait", seconds]:
            time.sleep(float(seconds))
        case ["exit", code]:
            sys.exit(int(code))
"""
"""A part of a stack that does what its arguments say."""

SUPERVISOR = """
import json, os, signal, sys
from netspace.stack import supervisor
from netspace.stack.supervisor import Part, Supervisor

supervisor.PAUSE = 0.1
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where the tests run under nohup

def part(name, does):
    words = does.split()
    written = [word.removeprefix("write=") for word in words if word.startswith("write=")]
    ready = lambda: all(os.path.exists(path) for path in written)
    return Part(
        name,
        [sys.executable, sys.argv[1], *words],
        ready=ready,
        task="task" in words,
        comes_back="back" in words,
        leave_signal=signal.SIGHUP if "renewable" in words else None,
    )

waves = [[part(*item) for item in wave.items()] for wave in json.loads(sys.argv[2])]
print("died:", Supervisor(waves, "all is well", grace=3).run())
"""


@pytest.fixture
def supervise(started, tmp_path):
    """Start a supervisor on waves of parts, each {name: what it does}."""
    (tmp_path / "part.py").write_text(PART)

    def start(*waves, **options):
        command = [PYTHON, "-c", SUPERVISOR, str(tmp_path / "part.py"), json.dumps(waves)]
        return started(command, env=environment(tmp_path, PYTHONPATH="."), **options)

    return start


def sleepers(count, supervisor):
    """The processes of `count` parts, once they sleep."""
    pids = []
    for line in supervisor.stdout:
        if "| pid " in line:
            pids.append(int(line.split()[-1]))
        if len(pids) == count:
            return pids
    raise AssertionError(f"{count} parts should sleep: {pids}")


def test_the_death_of_a_part_stops_all_and_is_told(supervise, tmp_path):
    file = tmp_path / "written"
    supervisor = supervise({"steady": f"write={file} sleep"}, {"mortal": "exit=7"})
    steady = sleepers(1, supervisor)
    assert list(supervisor.stdout)[-1] == "died: mortal ended by itself (exit code 7)\n"
    assert not lives(*steady)


def test_a_part_that_ends_in_peace_stops_all_too(supervise):
    said = list(supervise({"steady": "sleep", "done": "exit=0"}).stdout)
    assert said[-1] == "died: done ended by itself (exit code 0)\n"


def test_a_child_that_a_part_leaves_behind_ends_with_it(supervise):
    supervisor = supervise({"parent": "child exit=1"})
    begin = time.monotonic()
    assert list(supervisor.stdout)[-1] == "died: parent ended by itself (exit code 1)\n"
    assert time.monotonic() - begin < 30  # the child, which holds the output, sleeps for 60


def test_a_wave_waits_for_the_one_before_to_be_ready(supervise, tmp_path):
    file = tmp_path / "written"
    said = list(supervise({"slow": f"write={file} sleep"}, {"next": f"read={file}"}).stdout)
    assert any(line.endswith("| found True\n") for line in said)


def test_a_part_that_comes_back_is_started_again_later_after_each_death(supervise):
    supervisor = supervise({"steady": "sleep", "mortal": "back wait=0.5 exit=7"})
    told = []
    for line in supervisor.stdout:
        if "mortal ended" in line:
            told.append(line.partition("| ")[2])
        if len(told) == 3:
            break
    supervisor.terminate()
    assert told == [
        f"mortal ended by itself (exit code 7): starting it again in {pause} s\n"
        for pause in (0.1, 0.2, 0.4)
    ]
    assert list(supervisor.stdout)[-1] == "died: None\n"


def test_a_part_that_lived_for_a_minute_is_started_again_at_once():
    running = Running(Part("worker", []), colour="", started_at=0)
    assert [running.come_back(1) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert running.come_back(61) == 1


def test_a_part_that_dies_before_all_are_ready_stops_all_though_it_would_come_back(
    supervise, tmp_path
):
    never = f"write={tmp_path / 'never'} wait=60"
    supervisor = supervise({"mortal": "back exit=7", "slow": f"wait=60 {never}"})
    assert list(supervisor.stdout)[-1] == "died: mortal ended by itself (exit code 7)\n"


def test_a_task_ends_before_the_next_wave_and_its_failure_stops_all(supervise, tmp_path):
    file = tmp_path / "written"
    supervisor = supervise({"task": f"task write={file}"}, {"next": f"read={file} exit=0"})
    said = list(supervisor.stdout)
    assert any(line.endswith("| found True\n") for line in said)
    failed = supervise({"task": "task exit=3"}, {"next": "read=x exit=0"})
    assert list(failed.stdout)[-1] == "died: task ended by itself (exit code 3)\n"


def test_a_part_stays_where_the_new_one_dies_before_it_is_ready(supervise, tmp_path):
    supervisor = supervise({"web": f"renewable once={tmp_path / 'first'} sleep"})
    lacks, running = {"| pid ", "all is well"}, []
    for line in supervisor.stdout:
        lacks -= {words for words in lacks if words in line}
        running += [int(line.split()[-1])] if "| pid " in line else []
        if not lacks:
            break
    supervisor.send_signal(signal.SIGHUP)
    line = next(line for line in supervisor.stdout if "web.2 ended" in line)
    assert line.endswith("(exit code 9) before it was ready: web: as before\n")
    assert all(map(lives, running))
    supervisor.terminate()
    assert list(supervisor.stdout)[-1] == "died: None\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_last_wave_first(supervise, number):
    supervisor = supervise({"broker": "polite sleep"}, {"worker": "polite sleep"})
    running = sleepers(2, supervisor)
    supervisor.send_signal(number)
    said = list(supervisor.stdout)
    assert [line.split()[1] for line in said if line.endswith("| bye\n")] == [
        "worker",
        "broker",
    ]
    assert said[-1] == "died: None\n"
    assert all(not lives(pid) for pid in running)


def test_a_terminal_that_is_closed_stops_all_where_parts_could_be_renewed(supervise):
    ours, theirs = pty.openpty()
    supervisor = supervise({"web": "renewable sleep"}, stdin=theirs, start_new_session=True)
    os.close(theirs)
    running = sleepers(1, supervisor)
    os.close(ours)
    supervisor.send_signal(signal.SIGHUP)
    assert list(supervisor.stdout)[-1] == "died: None\n"
    assert all(not lives(pid) for pid in running)


def test_a_part_that_does_not_stop_is_killed(supervise):
    supervisor = supervise({"broker": "stubborn sleep"})
    running = sleepers(1, supervisor)
    supervisor.terminate()
    assert list(supervisor.stdout)[-1] == "died: None\n"
    assert all(not lives(pid) for pid in running)


def test_parts_end_when_their_supervisor_is_killed(supervise):
    supervisor = supervise({"willing": "watched sleep", "stubborn": "stubborn watched sleep"})
    running = sleepers(2, supervisor)
    supervisor.kill()
    assert until(lambda: all(not lives(pid) for pid in running), seconds=2)


def test_up_says_in_a_line_that_its_port_is_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        up = subprocess.run(
            UP,
            env=environment(tmp_path, NETSPACE_PORT=str(port)),
            capture_output=True,
            text=True,
        )
    assert up.returncode == 1
    assert up.stderr == (
        f"netspace: port {port} on 127.0.0.1 is in use: "
        "stop what uses it or set NETSPACE_PORT\n"
    )
    assert (tmp_path / "lock").read_text() == ""


def test_up_says_in_a_line_that_its_data_folder_is_in_use(tmp_path):
    with locks.alone(tmp_path):
        up = subprocess.run(UP, env=environment(tmp_path), capture_output=True, text=True)
    assert up.returncode == 1
    assert up.stderr.startswith(f"netspace: netspace is up already on {tmp_path} (process ")
    assert len(up.stderr.splitlines()) == 1


def test_a_data_folder_remembers_that_its_supervisor_was_killed(tmp_path):
    with locks.alone(tmp_path) as one_was_killed:
        assert not one_was_killed
        left = (tmp_path / "lock").read_text()
    (tmp_path / "lock").write_text(left)  # as a killed one leaves it
    with locks.alone(tmp_path) as one_was_killed:
        assert one_was_killed


def test_up_with_a_wrong_setting_says_so_and_starts_nothing(tmp_path):
    up = subprocess.run(
        UP,
        env=environment(tmp_path / "data", NETSPACE_PORT="http"),
        capture_output=True,
        text=True,
    )
    assert up.returncode == 2
    assert up.stderr.startswith('netspace: NETSPACE_PORT is "http": ')
    assert not (tmp_path / "data").exists()


def test_up_serves_until_it_is_asked_to_stop_and_hangs_up_on_streams(started, port, tmp_path):
    up = started(UP, env=environment(tmp_path, NETSPACE_PORT=str(port)), start_new_session=True)
    said = list(takewhile(lambda line: "netspace is at" not in line, up.stdout))
    [web] = re.findall(r"web +\| .*Started server process \[(\d+)\]", "".join(said))
    os.kill(int(web), signal.SIGKILL)
    assert httpx.get(f"http://127.0.0.1:{port}/api/v1/spaces", timeout=60).status_code == 200
    with httpx.stream("GET", f"http://127.0.0.1:{port}/api/v1/events") as stream:
        assert stream.status_code == 200
        up.send_signal(signal.SIGINT)
        said = list(up.stdout)
    assert up.wait(5) == 0
    assert not [line for line in said if "ERROR" in line or "Traceback" in line]
    assert not ports.answers("127.0.0.1", port)
    assert (tmp_path / "lock").read_text() == ""
