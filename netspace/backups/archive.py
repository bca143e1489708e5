"""The form of a backup: a plain tar, which any tar unpacks, with its manifest at the end.

It is not compressed: PostgreSQL's dump is already, and packed images hardly get smaller.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from pydantic import ValidationError

from netspace.backups.manifest import NAME, Manifest, Member
from netspace.stack.errors import CannotStart
from workers.disk import locks
from workers.disk.files import synchronise

CHUNK = 2**20
LARGEST_MANIFEST = 64 * 2**20
PRIVATE = 0o600


class NoBackup(CannotStart):
    """The file is none, or is not what was written."""


@contextmanager
def staging(beside: Path, what: str) -> Iterator[Path]:
    """An empty folder beside a path that is made; what a killed one left goes first.

    Raises:
        CannotStart: another process is at it, or the folder can't be written.
    """
    folder = beside.with_name(f".{beside.name}.{what}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise CannotStart(f"{beside.parent} can't be written: {error.strerror}") from None
    try:
        if not locks.take(lock):
            raise CannotStart(f"another process is at {beside}")
        _empty(folder)
        try:
            yield folder
        finally:
            _empty(folder)
            folder.rmdir()
    finally:
        os.close(lock)


def _empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


class Writer:
    """A backup that is being written; whole when `finish` has returned."""

    def __init__(self, stream: IO[bytes], tar: tarfile.TarFile) -> None:
        self._stream, self._tar = stream, tar
        self.members: list[Member] = []

    def add(self, name: str, content: IO[bytes]) -> None:
        """Add an open file as it is now.

        Raises:
            OSError: it can't be read, or became shorter meanwhile.
        """
        about = os.fstat(content.fileno())
        read = _Hashed(content)
        self._tar.addfile(_entry(name, about.st_size, about.st_mtime), read)
        self.members.append(
            Member(name=name, bytes=about.st_size, sha256=read.digest.hexdigest())
        )

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, and bring all of it to the disk."""
        text = manifest.model_dump_json(indent=1).encode()
        self._tar.addfile(_entry(NAME, len(text), 0), io.BytesIO(text))
        self._tar.close()
        self._stream.flush()
        os.fsync(self._stream.fileno())


@contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """A new backup, that only this user reads."""
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with (
        open(opened, "wb") as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(stream, tar)


def put(staged: Path, file: Path) -> None:
    """Give a whole backup its name."""
    staged.replace(file)
    synchronise(file.parent)


@contextmanager
def reading(file: Path) -> Iterator[Reader]:
    """A backup, open.

    Raises:
        NoBackup: it is none, or not whole.
    """
    with ExitStack() as stack:
        try:
            tar = stack.enter_context(tarfile.open(file, mode="r:"))
            reader = Reader(file, tar)
        except tarfile.ReadError:
            raise NoBackup(f"{file} is no backup of netspace, or not whole") from None
        except (tarfile.TarError, EOFError) as error:
            raise NoBackup(f"{file} is not whole: {error}") from None
        except OSError as error:
            raise NoBackup(f"{file} can't be read: {error.strerror}") from None
        yield reader


class Reader:
    """A backup whose manifest was read."""

    def __init__(self, file: Path, tar: tarfile.TarFile) -> None:
        self.file, self._tar = file, tar
        self._entries = {entry.name: entry for entry in tar}
        self.manifest = self._read_manifest()

    def verify(self, members: Iterable[Member] | None = None) -> None:
        """Read all of it, and compare with the manifest.

        Raises:
            NoBackup: what is missing, too much, or another than was written.
        """
        strange = self._entries.keys() - {NAME, *(one.name for one in self.manifest.members)}
        if strange:
            raise NoBackup(f"{self.file}: {sorted(strange)[0]} is not in its manifest")
        for member in self.manifest.members if members is None else members:
            digest = hashlib.sha256()
            for chunk in self._chunks(member):
                digest.update(chunk)
            self._compare(member, digest.hexdigest())

    def extract(self, member: Member, to: Path) -> None:
        """Write a member to a new file that only this user reads, and to the disk.

        Raises:
            NoBackup: it is another than was written.
            OSError: the disk is full, say.
        """
        digest = hashlib.sha256()
        to.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
        with open(opened, "wb") as stream:
            for chunk in self._chunks(member):
                digest.update(chunk)
                stream.write(chunk)
            stream.flush()
            os.fsync(stream.fileno())
        self._compare(member, digest.hexdigest())

    def _read_manifest(self) -> Manifest:
        entry = self._entries.get(NAME)
        if entry is None or not entry.isreg() or entry.size > LARGEST_MANIFEST:
            raise NoBackup(f"{self.file} is no backup of netspace, or not whole: no {NAME}")
        stream = self._tar.extractfile(entry)
        assert stream is not None  # a regular file
        try:
            manifest = Manifest.model_validate_json(stream.read())
        except ValidationError as wrong:
            first = wrong.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise NoBackup(f"{self.file}: {NAME} at {where}: {first['msg']}") from None
        for member in manifest.members:
            path = PurePosixPath(member.name)
            if path.is_absolute() or ".." in path.parts or str(path) != member.name:
                raise NoBackup(f"{self.file}: {member.name!r} is no place of a backup")
        return manifest

    def _chunks(self, member: Member) -> Iterator[bytes]:
        entry = self._entries.get(member.name)
        if entry is None or not entry.isreg() or entry.size != member.bytes:
            raise NoBackup(f"{self.file}: {member.name} is missing or has another size")
        stream = self._tar.extractfile(entry)
        assert stream is not None  # a regular file
        try:
            while chunk := stream.read(CHUNK):
                yield chunk
        except (tarfile.TarError, OSError, EOFError) as error:
            raise NoBackup(f"{self.file}: {member.name} can't be read: {error}") from None

    def _compare(self, member: Member, found: str) -> None:
        if found != member.sha256:
            raise NoBackup(f"{self.file}: {member.name} is not what was written")


class _Hashed:
    """A stream that is hashed while it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self.digest = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(size)
        self.digest.update(chunk)
        return chunk


def _entry(name: str, size: int, mtime: float) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, int(mtime), PRIVATE
    return entry
