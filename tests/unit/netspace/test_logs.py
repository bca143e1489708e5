"""Lines of the log as objects: one a line, about what, and without what lets somebody in."""

import json
import logging
from datetime import datetime

import pytest
from honcho.printer import Message

from netspace import logs
from services.acting import trace


def line(message, *arguments, **given):
    record = logging.LogRecord("a.b", logging.WARNING, __file__, 1, message, arguments, None)
    for name, value in given.items():
        setattr(record, name, value)
    return logs.Lines().format(record)


def test_a_line_is_one_object_whatever_was_said():
    written = line("first\nsecond\r\u2028third \ud800 %s", "\x1b[31m\x00")
    assert len(written.splitlines()) == 1
    assert written.isascii()
    said = json.loads(written)
    assert said["message"].startswith("first\nsecond")
    assert (said["level"], said["logger"]) == ("warning", "a.b")
    assert datetime.fromisoformat(said["time"]).utcoffset().total_seconds() == 0


def test_it_says_what_it_is_about_and_no_longer_than_that():
    with trace.about(job=17):
        with trace.about(population=3):
            assert {"job": 17, "population": 3}.items() <= json.loads(line("x")).items()
        assert "population" not in json.loads(line("x"))
    assert "job" not in json.loads(line("x"))


def test_a_traceback_is_part_of_the_object():
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        given = (ValueError, error, error.__traceback__)
    said = json.loads(line("broken", exc_info=given))
    assert "Traceback" in said["error"]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("no database at postgresql+psycopg://ann:s3cret@host/db", "s3cret"),
        ("broker redis://:s3cret@host:6379/0 is away", "s3cret"),
        ("Bearer ns_abcdefghij0123456789abcdefghij012345", "abcdefghij"),
        ("come in by http://127.0.0.1:8050/auth/link/abcdefghijklmnopqrstuv", "abcdefghijk"),
        ('"GET /api/v1/populations?note=private HTTP/1.1"', "private"),
    ],
)
def test_what_lets_somebody_in_is_not_in_it(text, secret):
    assert secret not in line(text)
    assert secret not in line("%s", text)


def test_a_supervisor_names_the_part_and_wraps_what_is_no_object(capsys):
    printer = logs.Printer()
    for data in (line("its own"), b"plain \xff text", '{"level": 1}', "", "a\n\nb"):
        printer.write(Message("line", data, datetime.now(), "web1", None))
    said = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert [one["part"] for one in said] == ["web1"] * 5
    assert (said[0]["message"], said[0]["level"]) == ("its own", "warning")
    assert said[1]["message"] == "plain \ufffd text"
    assert [one["message"] for one in said[3:]] == ["a", "b"]
