"""Web processes by fork: one process imports the application once, and each server is a copy.

Importing it takes four seconds of a core, and the browser's tests start thirty servers.
"""

import atexit
import functools
import json
import os
import signal
import subprocess
import sys
import threading

from waiting import lives, until

SELF = "import nursery; nursery.main()"


class Child:
    """A web process on a port of 127.0.0.1."""

    def __init__(self, pid):
        self.pid = pid

    def lives(self):
        return lives(self.pid)

    def signal(self, number):
        if self.lives():
            os.kill(self.pid, number)

    def stop(self):
        self.signal(signal.SIGTERM)
        if not until(lambda: not self.lives(), 5):
            self.signal(signal.SIGKILL)
            until(lambda: not self.lives())


class Nursery:
    """The process that has imported the application. It ends with the one that made it."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-c", SELF],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._asking = threading.Lock()

    def serve(self, port, **settings):
        """A web process with these settings; it answers a little later."""
        with self._asking:
            self._process.stdin.write(json.dumps([port, settings]) + "\n")
            self._process.stdin.flush()
            return Child(int(self._process.stdout.readline()))

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@functools.cache
def nursery():
    """The one of this test process."""
    made = Nursery()
    atexit.register(made.close)
    return made


def main():
    """Fork a server for each line that asks for one, until there are no more lines."""
    import netspace.web  # noqa: F401  # all that the children have from the start

    children = []  # nobody waits for one, so its number is no other process's until the end
    for line in sys.stdin:
        port, settings = json.loads(line)
        pid = os.fork()
        if not pid:
            _serve(port, settings)
        children.append(pid)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _serve(port, settings):
    from netspace.stack.http import Server, config

    os.environ.update(settings)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # what it says is no answer to who asked
    made = config(
        "netspace.web:create_app",
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    Server(made).run()
    os._exit(0)
