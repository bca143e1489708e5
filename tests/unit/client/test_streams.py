"""Events as the client reads them: a stream of bytes, and one that breaks."""

import contextlib

import httpx
import pytest
from streamed import activity, gone, said

import netspace_client
from netspace_client.answers import Gone
from netspace_client.connection import Connection
from netspace_client.lab import Lab
from netspace_client.retries import STREAM, Retries
from netspace_client.streams import Event, events, follow


class Cut(httpx.SyncByteStream):
    """A body whose connection breaks behind it."""

    def __init__(self, data):
        self.data = data

    def __iter__(self):
        yield self.data
        raise httpx.ReadError("cut off")


class Served:
    """A server that gives the next of its streams and is away behind the last."""

    def __init__(self, *answers):
        self.answers, self.asked, self.slept = list(answers), [], []
        client = httpx.Client(base_url="http://a", transport=httpx.MockTransport(self.answer))
        self.lab = Lab(Connection(client, Retries(), self.slept.append), "http://a")

    def answer(self, request):
        self.asked.append(request)
        if not self.answers:
            raise httpx.ConnectError("refused")
        found = self.answers.pop(0)
        return found if isinstance(found, httpx.Response) else httpx.Response(200, stream=found)

    def versions(self):
        """Of all events until the client gives up."""
        found = []
        with contextlib.suppress(netspace_client.Unreachable):
            for one in self.lab.events():
                found.append((one.population, one.version))
            raise AssertionError("the client did not give up")
        return found


def test_events_are_what_stands_between_empty_lines():
    stream = b': hello\n\nretry: 500\n\nevent: activity\nid: 1-2\ndata: {"a":\ndata: 1}\n\n'
    assert [*events([stream])] == [
        Event(retry=500),
        Event("activity", '{"a":\n1}'),
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_end_in_three_ways_wherever_the_stream_is_cut(end):
    stream = b"event: a\ndata: \xe2\x80\xa8 \xc3\xbc\n\nevent: b\ndata: 2\n\n".replace(
        b"\n", end
    )
    whole = [Event("a", "\u2028 ü"), Event("b", "2")]
    pieces = [stream[i : i + 1] for i in range(len(stream))] + [b": the next\n"]
    assert [*events(pieces)] == whole


def test_an_event_that_is_cut_off_is_none():
    assert [*events([b"event: a\ndata: 1\n"])] == []


def test_a_stream_that_breaks_is_opened_again_and_nothing_is_told_twice():
    served = Served(
        Cut(said(activity(1), activity(5, population=2))),
        httpx.Response(200, content=said(activity(1), activity(6, population=2))),
        httpx.Response(503),
        Cut(said(activity(2))),
    )
    assert served.versions() == [(1, 1), (2, 5), (2, 6), (1, 2)]


def test_a_population_that_is_deleted_is_told_to_be_gone_and_anew_when_it_is_back():
    stream = said(activity(1)) + gone(1) + said(activity(1))
    served = Served(httpx.Response(200, content=stream))
    told = filter(None, follow(served.lab.connection))
    first, deleted, back = (next(told) for _ in range(3))
    assert (first.population, deleted, back) == (1, Gone(1), first)


def test_without_an_answer_it_is_asked_again_ever_later_until_it_gives_up():
    served = Served()
    assert served.versions() == []
    assert len(served.asked) == STREAM.attempts
    assert len(served.slept) == STREAM.attempts - 1
    assert max(served.slept) <= STREAM.longest


def test_an_event_begins_the_count_of_attempts_anew():
    away = [httpx.Response(503) for _ in range(STREAM.attempts - 2)]  # one more is the break
    served = Served(*away, Cut(said(activity(1))), *away, Cut(said(activity(2))))
    assert served.versions() == [(1, 1), (1, 2)]


@pytest.mark.parametrize(
    ("code", "kind"), [(401, netspace_client.Unauthorized), (404, netspace_client.NotFound)]
)
def test_a_stream_that_is_refused_is_not_asked_for_again(code, kind):
    served = Served(httpx.Response(code, json={"detail": [{"message": "no"}]}))
    with pytest.raises(kind, match="no"):
        next(served.lab.events())
    assert len(served.asked) == 1


def test_retry_after_is_waited_for_before_a_stream_too():
    served = Served(httpx.Response(503, headers={"retry-after": "5"}), Cut(said(activity(1))))
    assert next(served.lab.events()).version == 1
    assert served.slept[0] >= 5
