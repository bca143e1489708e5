"""The client's words are REST's: what it asks and reads stands in the OpenAPI document."""

import inspect
import json
import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import httpx
import numpy as np
import pandas as pd
import pytest
from served import Served

import netspace_client
from netspace_client import Lab, Population, answers
from netspace_client.records import hints_of
from server.schemas.events import Activity, Gone

SCHEMAS = {
    "Space": "SpaceRead",
    "Regime": "RegimeRead",
    "Progress": "ProgressRead",
    "PopulationRecord": "PopulationRead",
    "Selection": "Selection",
    "Band": "BandRead",
    "Edf": "EdfRead",
    "Range": "RangeRead",
    "PairRange": "PairRangeRead",
    "Ranges": "RangesRead",
    "Estimate": "EstimateRead",
    "DrawnSide": "server__schemas__comparisons__DrawnRead",
    "Distance": "DistanceRead",
    "Dominance": "DominanceRead",
    "Look": "LookRead",
    "Decided": "DecidedRead",
    "Pair": "PairRead",
    "Comparison": "ComparisonRead",
    "Report": "ReportRead",
    "RefusedRow": "RefusedRowRead",
    "Difference": "DifferenceRead",
    "TableLook": "TableLookRead",
    "ColumnLook": "ColumnLookRead",
    "Note": "NoteRead",
    "Shown": "ShownRead",
    "View": "ViewRead",
    "RunningJob": "RunningJobRead",
    "Worker": "WorkerRead",
    "LastFailure": "LastFailureRead",
    "Activity": "Activity",
    "Gone": "Gone",
}
THEIRS = {"model": ["first", "second"], "top1_acc": [76.5, 78.25]}
PLAIN = {"integer": int, "number": float, "string": str, "boolean": bool}
RECORDS = {
    name: one
    for name, one in vars(answers).items()
    if isinstance(one, type) and is_dataclass(one) and one.__module__ == answers.__name__
}


class Recording(httpx.HTTPTransport):
    """The way to the server, and all that went there."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def handle_request(self, request):
        request.read()
        self.asked.append(request)
        return super().handle_request(request)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    served = Served(tmp_path_factory.mktemp("words") / "netspace.db")
    for name in ("A", "B"):
        served.measured(name, *range(10, 34))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def document(served):
    document = httpx.get(f"{served.url}/api/openapi.json", timeout=60).json()
    # OpenAPI has no word for what a stream's events carry: the server's own schema says it.
    said = Activity.model_json_schema(ref_template="#/components/schemas/{model}")
    document["components"]["schemas"] |= said.pop("$defs") | {"Activity": said}
    document["components"]["schemas"]["Gone"] = Gone.model_json_schema()
    return document


def every_call(lab, folder):
    """Each public method with all its options, by name."""
    a, b = lab.population("A"), lab.population(2)
    space, regime = lab.space("RegNetX small"), lab.regime("digits")
    windows = {"flops": "100k..300k"}
    yield "space", lab.space(space.id)
    yield "regime", lab.regime(regime.id)
    yield "spaces", lab.spaces()
    yield "regimes", lab.regimes()
    yield "populations", lab.populations()
    yield "population", a
    yield "create_space", lab.create_space("s", space.space, refined_from=1, visibility="lab")
    yield "create_regime", lab.create_regime("r", regime.regime, visibility="lab")
    yield (
        "create_population",
        lab.create_population(
            "C",
            space,
            regime,
            25,
            windows=windows,
            seed=1000,
            training_seed=1000,
            priority=1,
            inherits=a,
            visibility="private",
            key="a-key",
        ),
    )
    comparison = lab.compare(
        a, b, level=0.9, cut=20, planned=100, band="simultaneous", points=9, half="first"
    )
    yield "compare", comparison
    yield "create_set", lab.create_set("kept", a.where(depth="1.."), visibility="private")
    look = lab.look_at_table(pd.DataFrame(THEIRS))
    yield "look_at_table", look
    theirs = lab.import_table("theirs", pd.DataFrame(THEIRS), look.plan, visibility="lab")
    yield "import_table", theirs
    yield "report", theirs.report()
    yield "remove", theirs.remove(used=True)
    yield "deleted", lab.deleted()
    yield "restore", lab.restore(theirs.id, "theirs again")
    yield "rename", b.rename("B again")
    yield "group", b.group("a study")
    yield "archive", b.archive()
    yield "unarchive", b.unarchive()
    yield "annotate", b.annotate("best of all", ["talk"])
    yield "written", a.written(network=1)
    page = {"note": "x", "tags": ["talk"], "visibility": "private", "key": "another-key"}
    yield "keep_view", lab.keep_view("v", "explore", "?population=1", **page)
    yield "views", lab.views("v", page="explore", tag="talk")
    yield "notes", lab.notes("best", tag="talk")
    options = {"tag": "talk", "study": "a study", "archived": False}
    yield "populations", lab.populations("again", **options)
    yield "workers", lab.workers()
    yield "events", next(lab.events())
    yield "close", None
    yield "refreshed", a.refreshed()
    yield "columns", a.columns("wm", of="flops")
    yield "to_pandas", a.to_pandas()
    yield "to_polars", None  # the same request
    options = {"sort": "-error", "columns": ["w0"], "provenance": True}
    yield "save", a.save(folder / "rows.arrow", {"depth": "1.."}, **options)
    yield "where", a.where(depth="1..")
    yield "edf", a.edf({"depth": "1.."}, points="all", level=0.9, seeds="mean", of="error")
    yield "best_ranges", a.best_ranges({"depth": "1.."}, columns=["w0"], pairs=[("w0", "wa")])
    yield "extend", a.extend(1)
    yield "pause", a.pause()
    yield "resume", a.resume()
    yield "watch", next(a.watch())
    yield "wait", b.wait(progress=False)


@pytest.fixture(scope="module")
def asked(served, tmp_path_factory):
    """All requests of all methods."""
    way, folder = Recording(), tmp_path_factory.mktemp("saved")
    with netspace_client.connect(served.url, transport=way) as lab:
        called = {name for name, _ in every_call(lab, folder)}
    assert called == {
        name
        for kind in (Lab, Population)
        for name, one in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }
    return way.asked


def operation(document, request):
    """What the document says of a request."""
    for path, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.url.path):
            return operations[request.method.lower()]
    raise AssertionError(f"no path {request.url.path} in the document")


def resolved(document, schema):
    if "anyOf" in schema:  # what may be left out
        [schema] = (one for one in schema["anyOf"] if one != {"type": "null"})
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_what_is_asked_stands_in_the_document(asked, document):
    assert (
        len(
            {(request.method, operation(document, request)["operationId"]) for request in asked}
        )
        >= 14
    )
    for request in asked:
        parameters = operation(document, request).get("parameters", [])
        known = {one["name"] for one in parameters if one["in"] == "query"}
        names = {*request.url.params}
        if "constraints" in known:
            names -= {"depth"}
        assert names <= known, request.url


def test_what_is_sent_stands_in_the_document(asked, document):
    bodies = [request for request in asked if request.content and not is_form(request)]
    assert {request.method for request in bodies} == {"POST", "PATCH", "PUT"}
    for request in bodies:
        said = operation(document, request)
        body = said["requestBody"]["content"]["application/json"]["schema"]
        sent = json.loads(request.content)
        assert sent.keys() <= resolved(document, body)["properties"].keys()
        headers = {one["name"].lower() for one in said["parameters"] if one["in"] == "header"}
        assert ("idempotency-key" in request.headers) == (request.method == "POST")
        assert request.method != "POST" or "idempotency-key" in headers


def is_form(request):
    return request.headers["content-type"].startswith("multipart/form-data")


def test_the_fields_of_a_form_stand_in_the_document(asked, document):
    forms = [request for request in asked if request.content and is_form(request)]
    assert len(forms) == 2
    for request in forms:
        [said] = operation(document, request)["requestBody"]["content"].items()
        assert said[0] == "multipart/form-data"
        sent = re.findall(rb'; name="(\w+)"', request.content)
        assert {name.decode() for name in sent} <= said[1]["schema"]["properties"].keys()


def test_every_record_is_one_of_the_document():
    assert RECORDS.keys() == SCHEMAS.keys()


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_fields_of_an_answer_are_what_the_document_says(name, document):
    said = document["components"]["schemas"][SCHEMAS[name]]
    for field, hint in hints_of(RECORDS[name]).items():
        schema = said["properties"][field]
        assert field in said["required"] or "default" in schema, field
        assert fits(hint, schema), f"{name}.{field} is {hint} here, {schema} there"


def fits(hint, schema):
    """Whether a type of Python takes all that a schema allows."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        (kind,) = (one for one in inner if one is not NoneType)
        others = [one for one in schema["anyOf"] if one != {"type": "null"}]
        return len(others) < len(schema["anyOf"]) and all(fits(kind, one) for one in others)
    if is_dataclass(hint):
        return schema.get("$ref", "").endswith(f"/{SCHEMAS[hint.__name__]}")
    if origin is np.ndarray:
        return schema["type"] == "array" and schema["items"] == {"type": "number"}
    if origin is list:
        items = schema.get("items") or schema["prefixItems"][0]
        return schema["type"] == "array" and fits(inner[0], items)
    if origin in (dict, Mapping):
        if hint in (answers.Mapping[str, object],) or "additionalProperties" not in schema:
            return True  # a definition, which is passed on as it is
        values = schema["additionalProperties"]
        return values is True or fits(inner[1], values)
    return PLAIN.get(schema.get("type")) is hint
