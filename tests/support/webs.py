"""Web processes behind one address, as `web --processes=2` runs them, and their load."""

import contextlib
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import httpx
from migrated import migrated
from prometheus_client.parser import text_string_to_metric_families as parsed
from stacks import PYTHON, environment
from waiting import until

from netspace.stack import ports

POPULATIONS = "/api/v1/populations"


class Webs:
    """Two web processes on a database without rows, and what their supervisor has said."""

    def __init__(self, folder):
        with ports.reserve() as reserved:
            self.port = reserved.getsockname()[1]
        own = environment(
            folder,
            NETSPACE_PORT=str(self.port),
            NETSPACE_DATABASE_URL=migrated(folder / "netspace.db"),
            NETSPACE_BROKER_URL="redis://127.0.0.1:1/0",
        )
        self.process = subprocess.Popen(
            [PYTHON, "-m", "netspace", "web", "--processes=2"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=own,
            start_new_session=True,
        )
        self.said = []
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self):
        for line in self.process.stdout:
            self.said.append(line)

    def says(self, words, seconds=90):
        assert until(lambda: any(words in line for line in self.said), seconds), self.said

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def children(self):
        """Process ids of web processes."""
        task = Path(f"/proc/{self.process.pid}/task")
        found = [
            pid for one in task.iterdir() for pid in (one / "children").read_text().split()
        ]
        return {int(pid) for pid in found}

    def ask(self, path, timeout=10):
        return httpx.get(
            f"{self.url}{path}", timeout=timeout
        )  # a connection each: either answers

    def numbers(self):
        return {
            (one.name, *sorted(one.labels.items())): one.value
            for family in parsed(self.ask("/metrics").text)
            for one in family.samples
        }

    def wait_for(self, what, seconds=60):
        """The numbers, once they are as they should be."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                found = self.numbers()
            except httpx.TransportError:
                found = {}
            if what(found):
                return found
            time.sleep(0.1)
        raise TimeoutError(found)

    def stop(self, seconds=60):
        """Ask them to end; the supervisor's exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        finally:
            self.process.kill()
            self._listener.join()
            self.process.stdout.close()


class Load:
    """Asks, by kept connections and by new ones, until it is told to end; and some of what it
    asks takes two seconds.

    Args:
        pause: seconds between an answer and the next question of the same asker.
    """

    def __init__(self, port, pause):
        self.port, self.url, self._pause = port, f"http://127.0.0.1:{port}", pause
        self.failures, self.answers, self.slow, self._ends = [], 0, 0, threading.Event()
        kinds = (httpx.Limits(), httpx.Limits(max_keepalive_connections=0)) * 2
        self._threads = [threading.Thread(target=self._ask, args=(kind,)) for kind in kinds]
        self._threads += [threading.Thread(target=self._ask_slowly) for _ in range(3)]

    def _ask(self, limits):
        with httpx.Client(base_url=self.url, limits=limits, timeout=30) as client:
            while not self._ends.wait(self._pause):
                try:
                    client.get(POPULATIONS).raise_for_status()
                    self.answers += 1
                except httpx.HTTPError as error:
                    self.failures.append(repr(error))

    def _ask_slowly(self):
        """Send the end of a body when the rest of the request has been there for a while."""
        head = (
            f"POST {POPULATIONS} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{"
        )
        while not self._ends.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=30) as slow:
                    slow.sendall(head.encode())
                    self._ends.wait(2)
                    slow.sendall(b"}")
                    answer = slow.recv(65_536).decode()
            except OSError as error:
                answer = repr(error)
            if answer.startswith("HTTP/1.1 422"):
                self.slow += 1
            else:
                self.failures.append(answer)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        for thread in self._threads:
            thread.join()


class Listener:
    """One event stream after the other, as a browser has them."""

    def __init__(self, url):
        self.failures, self.streams, self._ends = [], 0, threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(url,), daemon=True)
        self._thread.start()

    def _listen(self, url):
        while not self._ends.is_set():
            try:
                with httpx.stream("GET", f"{url}/api/v1/events", timeout=30) as stream:
                    self.streams += 1
                    for _ in stream.iter_lines():
                        pass
            except httpx.HTTPError as error:
                self.failures.append(repr(error))
            self._ends.wait(0.2)

    def end(self):
        self._ends.set()


@contextlib.contextmanager
def running(folder):
    """Two web processes that are ready; they end with the context."""
    webs = Webs(folder)
    try:
        webs.says("netspace is at")
        yield webs
    finally:
        webs.stop()


def renew(webs, pause):
    """Renew both while they are asked: the requests and streams that failed.

    Args:
        pause: seconds, as of Load.
    """
    listener = Listener(webs.url)
    assert until(lambda: listener.streams)
    with Load(webs.port, pause) as load:
        assert until(lambda: load.answers > 20 and load.slow > 3)
        webs.process.send_signal(signal.SIGHUP)
        webs.says("web1.2 is ready: web1 leaves")
        webs.says("all of them are new", seconds=150)
        asked, slow = load.answers, load.slow
        assert until(lambda: load.answers > asked + 20 and load.slow > slow + 3)
    listener.end()
    assert listener.streams >= 2, "the stream ended, and was there again"
    return load.failures + listener.failures
