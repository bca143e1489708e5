"""Uploads: a form with one file, kept in a folder of its own for as long as it is read.

Source: RFC 7578 (multipart/form-data), as Starlette reads it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from services.errors import Busy, Refused, TooLarge
from services.exchange.tables.names import LONGEST_TEXT

MEDIA_TYPE = "multipart/form-data"
SECONDS = 600.0
"""In which all of it has to be here: 256 MiB by a line of 3.6 Mbit/s."""
MOST_FIELDS = 8
LONGEST_FIELD = 2**20
BESIDE = 2 * LONGEST_FIELD
"""Bytes that a form may have beside its file."""


@dataclass(frozen=True)
class Upload:
    """A file that somebody has sent, and the fields beside it."""

    path: Path
    name: str  # as it is called where it comes from, without folders
    fields: dict[str, str]
    folder: Path  # that goes with it


@asynccontextmanager
async def uploaded(request: Request, largest: int) -> AsyncIterator[Upload]:
    """The form of a request, whose `file` goes at the end of the block.

    Args:
        largest: bytes that the file may have.

    Raises:
        TooLarge: the file is larger; it is not read to its end.
        Refused: it is no form, or has not one file, named `file`.
        Busy: it did not come in its time, or who sent it has gone.
    """
    try:
        form = await asyncio.wait_for(_form(request, largest), SECONDS)
    except TimeoutError:
        raise Busy(f"the file did not come within {SECONDS:g} seconds") from None
    except ClientDisconnect:
        raise Busy("nobody waits for the answer any more") from None
    except MultiPartException as error:
        raise Refused("body", None, f"{MEDIA_TYPE}: {error.message}") from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Refused("file", None, "a file")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        with TemporaryDirectory(prefix="netspace-") as folder:
            path = Path(folder, "file")
            await run_in_threadpool(_copied, file, path, largest)
            yield Upload(path, _called(file.filename or ""), fields, Path(folder))
    finally:
        await form.close()


async def _form(request: Request, largest: int) -> FormData:
    if "content-type" not in request.headers:  # a request without a body has none
        raise Refused("body", None, f"{MEDIA_TYPE}: a form with a file")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:18]) > largest + BESIDE:
        raise TooLarge("file", f"{int(announced[:18]):,} bytes", f"at most {largest:,} bytes")

    async def counted() -> AsyncIterator[bytes]:
        so_far = 0
        async for piece in request.stream():
            so_far += len(piece)
            if so_far > largest + BESIDE:
                raise TooLarge("file", f"over {so_far:,} bytes", f"at most {largest:,} bytes")
            yield piece

    parser = MultiPartParser(
        request.headers,
        counted(),  # type: ignore[arg-type]  # any iterator does
        max_files=1,
        max_fields=MOST_FIELDS,
        max_part_size=LONGEST_FIELD,
    )
    return await parser.parse()


def _copied(file: UploadFile, path: Path, largest: int) -> None:
    if (file.size or 0) > largest:
        raise TooLarge("file", f"{file.size:,} bytes", f"at most {largest:,} bytes")
    with path.open("wb") as copy:
        shutil.copyfileobj(file.file, copy, 2**20)


def _called(name: str) -> str:
    """A file's name without folders of any system, cut to what is shown."""
    return PurePosixPath(PureWindowsPath(name).name).name[:LONGEST_TEXT]
