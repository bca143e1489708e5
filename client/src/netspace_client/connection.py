"""A connection: calls with a token, tried again where that does nothing twice.

Reads may be asked twice, and so may changes to a stated value; what makes something new carries
an Idempotency-Key, under which the server does it once. So every call here may be tried again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, TypeVar, cast
from uuid import uuid4

import httpx

from netspace_client import errors
from netspace_client.errors import Error, Problem, Unreachable
from netspace_client.retries import AGAIN, Retries

T = TypeVar("T")
Query = Mapping[str, str | int | float | list[str]]

API = "/api/v1"
KEY = "Idempotency-Key"
KEPT = 256 * 1024**2
"""Bytes of answers that are kept in memory, to be used again while the server says so."""
PASSING = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)
"""What may be gone at the next attempt."""


class Connection:
    """Calls of one server.

    Args:
        client: knows the server's address and shows the token.
        retries: of every call.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        client: httpx.Client,
        retries: Retries,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._retries, self.sleep = client, retries, sleep
        self._kept: OrderedDict[str, tuple[str, Any, int]] = OrderedDict()
        self._keeping = threading.Lock()

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, query: Query | None = None) -> Any:
        """The JSON at a path."""
        return self._json(self._ask("GET", path, params=query))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something to what `body` states, which may be stated twice."""
        return self._json(self._ask("PATCH", path, json=body))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Put something in the place of what was there, which may be done twice."""
        return self._json(self._ask("PUT", path, json=body))

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Any:
        """Make something, once for a key: the same key and body are answered the same."""
        headers = {KEY: str(uuid4()) if key is None else key}
        return self._json(self._ask("POST", path, json=body, headers=headers))

    def upload(
        self,
        path: str,
        fields: Mapping[str, str],
        name: str,
        file: IO[bytes],
        key: str | None = None,
    ) -> Any:
        """Send a file in a form, once for a key; it is read again where it has to be."""
        headers = {KEY: str(uuid4()) if key is None else key}
        files = {"file": (name, file, "application/octet-stream")}
        return self._json(
            self._ask("POST", path, data=dict(fields), files=files, headers=headers)
        )

    def delete(self, path: str, query: Query | None = None) -> None:
        """Remove something, which may be gone already at another attempt."""
        self._ask("DELETE", path, params=query)

    def kept(self, path: str, read: Callable[[bytes], T]) -> T:
        """What `read` makes of the bytes at a path, as it was made where it is still right."""
        with self._keeping:
            tag, value, _ = self._kept.get(path, (None, None, 0))
        response = self._ask("GET", path, headers={"If-None-Match": tag} if tag else {})
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return cast(T, value)
        value = read(response.content)
        if new := response.headers.get("etag"):
            with self._keeping:
                self._kept[path] = new, value, len(response.content)
                self._kept.move_to_end(path)
                while sum(size for *_, size in self._kept.values()) > KEPT:
                    self._kept.popitem(last=False)
        return value

    @contextmanager
    def stream(self, path: str, query: Query, silence: float) -> Iterator[httpx.Response]:
        """An answer that goes on; it has ended where nothing comes for `silence` seconds."""
        timeout = httpx.Timeout(self._client.timeout.connect, read=silence)
        asked = f"GET {path}"
        try:
            with self._client.stream(
                "GET", API + path, params=query, timeout=timeout
            ) as response:
                if not response.is_success:
                    response.read()
                    raise errors.of(response, asked)
                yield response
        except httpx.HTTPError as error:
            raise self._unreachable(error, asked) from error

    def download(self, path: str, query: Query, file: BinaryIO) -> None:
        """The bytes at a path into a file, as they come; anew where they broke off."""
        self._again(lambda: self._loaded(path, query, file))

    def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self._again(lambda: self._once(method, path, **given))

    def _again(self, attempt: Callable[[], httpx.Response | Error]) -> httpx.Response:
        failures = 0
        while True:
            found = attempt()
            if not isinstance(found, Error):
                return found
            failures += 1
            wait = self._wait(found, failures)
            if wait is None:
                raise found
            self.sleep(wait)

    def _loaded(self, path: str, query: Query, file: BinaryIO) -> httpx.Response | Error:
        file.seek(0)
        file.truncate()
        try:
            with self._client.stream("GET", API + path, params=query) as response:
                if not response.is_success:
                    response.read()
                    return errors.of(response, f"GET {path}")
                for piece in response.iter_bytes():
                    file.write(piece)
                return response
        except httpx.HTTPError as error:
            return self._broken(error, f"GET {path}")

    def _once(self, method: str, path: str, **given: Any) -> httpx.Response | Error:
        asked = f"{method} {path}"
        try:
            response = self._client.request(method, API + path, **given)
        except httpx.HTTPError as error:
            return self._broken(error, asked)
        if response.is_success or response.status_code == httpx.codes.NOT_MODIFIED:
            return response
        return errors.of(response, asked)

    def _wait(self, error: Error, failures: int) -> float | None:
        passing = isinstance(error.__cause__, PASSING) or error.status in AGAIN
        return self._retries.wait(failures, error.retry_after) if passing else None

    def _json(self, response: httpx.Response) -> Any:
        try:
            return response.json()
        except ValueError:
            asked = f"{response.request.method} {response.request.url.path}"
            raise errors.of(response, asked) from None

    def _broken(self, error: httpx.HTTPError, asked: str) -> Error:
        found = self._unreachable(error, asked)
        found.__cause__ = error
        return found

    def _unreachable(self, error: httpx.HTTPError, asked: str) -> Error:
        what = str(error) or type(error).__name__
        return Unreachable(
            [Problem(f"no answer from {self._client.base_url}: {what}")], None, asked
        )
