"""The processes of a storm, each of which may be down, and is started again."""

import os
import subprocess
import sys
from pathlib import Path

import points
from places import ROOT
from stacks import environment

from netspace.stack import lifeline

HERE = Path(__file__).parent
NETSPACE = [sys.executable, "-m", "netspace"]
WORKER = (
    "import sys, mortal; mortal.main(sys.argv[1])"  # with -c: children import no main module
)


class Part:
    """A process that runs unless somebody took it down."""

    def __init__(self, name, command, folder, settings):
        own = {
            "PYTHONPATH": f"{ROOT}:{ROOT}/tests/support:{HERE}",
            "PYTHONUNBUFFERED": "1",
            points.FOLDER: str(folder / "points"),
            lifeline.SUPERVISOR: str(os.getpid()),  # they end with the storm, however that does
        }
        self.name, self._command = name, command
        self._environment = environment(folder, **own, **settings)
        self._log = folder / "logs" / f"{name}.log"
        self._log.parent.mkdir(exist_ok=True)
        self._process, self._wanted = None, False
        self.starts = 0

    def up(self):
        """Start it."""
        self._wanted = True
        self.starts += 1
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def down(self, number):
        """End it by a signal, and let it stay down."""
        self._wanted = False
        self._process.send_signal(number)
        self._process.wait(30)

    def revive(self):
        """What a supervisor does."""
        if self._wanted and self._process.poll() is not None:
            self.up()

    def send(self, number):
        self._process.send_signal(number)

    def kill(self):
        """End it for good, whatever its state: nothing where it never ran."""
        self._wanted = False
        if self._process:
            self._process.kill()
            self._process.wait()

    def tail(self, lines=30):
        """The end of what it said."""
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])


def broker(folder, port):
    return Part("broker", [*NETSPACE, "broker", f"--port={port}"], folder, {})


def postgresql(folder, port):
    return Part("postgres", [*NETSPACE, "postgres", f"--port={port}"], folder, {})


def worker(name, folder, settings):
    return Part(name, [sys.executable, "-c", WORKER, name], folder, settings)
