"""Calls of the client: tried again where that does nothing twice; errors as they are said."""

import io
from datetime import UTC, datetime

import httpx
import pytest

import netspace_client
from netspace_client import Retries
from netspace_client.connection import Connection
from netspace_client.lab import Lab
from netspace_client.retries import retry_after

URL = "http://lab.example"
SPACE = {
    "id": 3,
    "name": "x",
    "space": {},
    "refined_from": None,
    "visibility": "lab",
    "created_at": 0,
}
BUSY = httpx.Response(503, json={"detail": [{"message": "the database is away"}]})


class Told:
    """A server that gives the next of its answers, and what it was asked."""

    def __init__(self, *answers):
        self.answers, self.asked, self.slept = list(answers), [], []

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def lab(self, **retries):
        client = httpx.Client(base_url=URL, transport=httpx.MockTransport(self))
        connection = Connection(client, Retries(**retries), self.slept.append)
        return Lab(connection, URL)


def refusal(code, **problem):
    return httpx.Response(code, json={"detail": [problem]})


@pytest.mark.parametrize(
    "passing",
    [
        BUSY,
        httpx.Response(502, text="<html>a proxy</html>"),
        refusal(429, message="you ask too often"),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("silence"),
        httpx.RemoteProtocolError("cut off"),
    ],
)
def test_what_is_gone_at_the_next_attempt_is_not_seen(passing):
    told = Told(passing, passing, httpx.Response(200, json=SPACE))
    assert told.lab().space(3).name == "x"
    assert len(told.asked) == 3


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 413, 422, 500])
def test_what_stays_wrong_is_asked_once(code):
    told = Told(refusal(code, message="no"))
    with pytest.raises(netspace_client.Error) as error:
        told.lab().space(3)
    assert error.value.status == code
    assert told.slept == []


def test_an_address_that_no_server_can_have_is_asked_once():
    told = Told(httpx.UnsupportedProtocol("no such protocol"))
    with pytest.raises(netspace_client.Unreachable, match=f"from {URL}.*no such protocol"):
        told.lab().space(3)
    assert len(told.asked) == 1


def test_after_the_last_attempt_the_error_is_what_the_server_said():
    told = Told(*[BUSY] * 3)
    with pytest.raises(netspace_client.Unavailable, match="the database is away"):
        told.lab(attempts=3).space(3)
    assert (len(told.asked), len(told.slept)) == (3, 2)


def test_waits_grow_twofold_up_to_the_longest_and_are_drawn_from_all_that_is_below():
    retries = Retries(attempts=9, first=1, longest=10)
    for failures, most in ((1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (8, 10)):
        waits = [retries.wait(failures) for _ in range(500)]
        assert 0 <= min(waits) < most * 0.1
        assert most * 0.9 < max(waits) <= most
    assert retries.wait(9) is None


def test_retry_after_is_waited_for():
    later = httpx.Response(429, headers={"retry-after": "7"}, json={"detail": []})
    told = Told(later, httpx.Response(200, json=SPACE))
    told.lab(first=0.5).space(3)
    assert 7 <= told.slept[0] <= 7.5


def test_a_retry_after_beyond_patience_is_an_error_that_says_when_again():
    told = Told(httpx.Response(503, headers={"retry-after": "3600"}))
    with pytest.raises(netspace_client.Unavailable) as error:
        told.lab(patience=60).space(3)
    assert error.value.retry_after == 3600
    assert told.slept == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 59),  # RFC 9110's own
        ("Fri, 31 Dec 1999 23:58:00 GMT", 0),
        ("soon", None),
        ("-1", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, seconds):
    assert retry_after(text, datetime(1999, 12, 31, 23, 59, tzinfo=UTC)) == seconds


def test_what_makes_something_carries_one_key_for_all_its_attempts():
    told = Told(httpx.ReadTimeout("silence"), BUSY, httpx.Response(201, json=SPACE))
    told.lab().create_space("x", {})
    keys = {request.headers["idempotency-key"] for request in told.asked}
    assert len(keys) == 1
    assert len({request.content for request in told.asked}) == 1


def test_two_calls_have_two_keys_unless_one_is_given():
    told = Told(*[httpx.Response(201, json=SPACE)] * 4)
    lab = told.lab()
    for given in ({}, {}, {"key": "mine"}, {"key": "mine"}):
        lab.create_space("x", {}, **given)
    first, second, *mine = (request.headers["idempotency-key"] for request in told.asked)
    assert first != second
    assert mine == ["mine", "mine"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, netspace_client.Refused),
        (401, netspace_client.Unauthorized),
        (403, netspace_client.Forbidden),
        (404, netspace_client.NotFound),
        (409, netspace_client.Conflict),
        (413, netspace_client.Refused),
        (422, netspace_client.Refused),
        (429, netspace_client.TooManyRequests),
        (500, netspace_client.Fault),
        (503, netspace_client.Unavailable),
    ],
)
def test_an_error_says_field_value_and_what_is_allowed(code, kind):
    said = {"field": "n", "value": 0, "message": "a whole number from 1"}
    with pytest.raises(kind) as error:
        Told(refusal(code, **said)).lab(attempts=1).space(3)
    wrong = error.value
    assert (wrong.field, wrong.value, wrong.allowed) == ("n", 0, "a whole number from 1")
    assert str(wrong) == "n: a whole number from 1, got 0 (GET /spaces/3)"


def test_every_field_that_is_wrong_is_told():
    problems = [{"field": name, "value": 1, "message": "less"} for name in ("n", "seed")]
    with pytest.raises(netspace_client.Refused, match=r"n: less.*seed: less") as error:
        Told(httpx.Response(422, json={"detail": problems})).lab().space(3)
    assert [one.field for one in error.value.problems] == ["n", "seed"]


def test_a_problem_of_rfc_9457_is_read_too():
    body = {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "one value is not allowed",
        "errors": [{"field": "n", "value": 0, "allowed": "1 or more"}],
    }
    with pytest.raises(netspace_client.Refused) as error:
        Told(httpx.Response(422, json=body)).lab().space(3)
    assert (error.value.field, error.value.allowed) == ("n", "1 or more")
    del body["errors"]
    with pytest.raises(netspace_client.Refused, match="one value is not allowed"):
        Told(httpx.Response(422, json=body)).lab().space(3)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(404, text="<html>"), r"404 Not Found \(text/plain"),
        (httpx.Response(301, headers={"location": "https://b"}), "301 .*to https://b"),
        (httpx.Response(200, text="<html>a login</html>"), "200 OK .*is this a netspace"),
        (httpx.Response(404, json=["no"]), "404 Not Found"),
        (httpx.Response(404, json={"detail": []}), "404 Not Found"),
    ],
)
def test_an_answer_of_something_else_is_told_by_its_status(answer, said):
    with pytest.raises(netspace_client.Error, match=said):
        Told(answer).lab().space(3)


def test_an_answer_that_lacks_a_field_is_of_another_version_and_a_further_one_is_left_aside():
    less = {name: value for name, value in SPACE.items() if name != "visibility"}
    with pytest.raises(netspace_client.Fault, match="no visibility"):
        Told(httpx.Response(200, json=less)).lab().space(3)
    more = SPACE | {"colour": "blue"}
    assert Told(httpx.Response(200, json=more)).lab().space(3).id == 3


def test_a_name_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(netspace_client.NotFound, match="no design space 'y'; there are 'x'"):
        Told(httpx.Response(200, json={"items": [SPACE]})).lab().space("y")


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8050", "ftp://a", "http://", "http://max:secret@a", "http://a?b"]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValueError, match="url"):
        netspace_client.connect(url)


@pytest.mark.parametrize("token", ["", " ", "ns_ü", "ns_a\nb"])
def test_a_token_that_is_none_is_refused_and_not_repeated(token):
    with pytest.raises(ValueError, match="printable ASCII") as error:
        netspace_client.connect(URL, token)
    assert not token.strip() or token not in str(error.value)


def test_a_token_is_shown_to_the_server_and_to_nobody_else():
    told = Told(httpx.Response(200, json={"items": []}))
    with netspace_client.connect(
        f"{URL}/below/", "ns_secret", transport=httpx.MockTransport(told)
    ) as lab:
        assert lab.populations() == []
        assert "secret" not in repr(lab)
    (request,) = told.asked
    assert request.headers["authorization"] == "Bearer ns_secret"
    assert request.url == f"{URL}/below/api/v1/populations"


class Cut(httpx.SyncByteStream):
    """A body that breaks off."""

    def __iter__(self):
        yield b"half of"
        raise httpx.RemoteProtocolError("cut off")


def test_a_file_that_broke_off_is_loaded_anew_and_not_half_twice():
    told = Told(httpx.Response(200, stream=Cut()), httpx.Response(200, content=b"whole"))
    file = io.BytesIO()
    told.lab().connection.download("/populations/1/networks.csv", {}, file)
    assert (file.getvalue(), len(told.asked)) == (b"whole", 2)
