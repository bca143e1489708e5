"""An example of every call, in the document: what to send, and the line of curl that sends it.

They are of a server with two populations of one space and regime, the first one measured, and
a table; populations 4 and 5 and view 2 are deleted:
tests/integration/server/test_examples.py asks each of such a server.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI

from designspace.regimes import DIGITS

IDS = {
    "space_id": 1,
    "regime_id": 1,
    "population_id": 1,
    "network_id": 1,
    "job_id": 61,
    "watch_id": 1,
    "view_id": 1,
    "session_id": 3,
    "token_id": 1,
    "user_id": 2,
    "quota_id": 1,
    "form": "json",
    "row_id": 1,
}
"""What stands in an address, where an example says nothing else."""


@dataclass(frozen=True)
class Example:
    """What is sent beside the address."""

    query: Mapping[str, Any] = field(default_factory=dict)  # a list: several values
    body: Any = None  # JSON
    file: str | None = None  # instead of JSON
    form: Mapping[str, str] | None = None  # the fields beside the file, where that is in a form
    ids: Mapping[str, Any] = field(default_factory=dict)


TWO_SIDES = {"side": ["1;depth=..6", "1;depth=7.."]}
SHARED = Example(body={"visibility": "public"})
SECOND = {"population_id": 2}
OF_TABLE = {"population_id": 3, "row_id": 1}

EXAMPLES = {
    "post /spaces": Example(
        body={"name": "shallow", "space": {"family": "regnet", "depth": [3, 6]}}
    ),
    "get /spaces": Example({"limit": 20, "fields": "id,name"}),
    "get /spaces/{space_id}": Example(),
    "patch /spaces/{space_id}": SHARED,
    "get /spaces/{space_id}/lineage": Example(),
    "post /regimes": Example(
        body={"name": "longer", "regime": DIGITS.model_dump(mode="json") | {"epochs": 20}}
    ),
    "get /regimes": Example({"limit": 20, "fields": "id,name"}),
    "get /regimes/{regime_id}": Example(),
    "patch /regimes/{regime_id}": SHARED,
    "post /populations": Example(
        body={
            "name": "ten more",
            "space_id": 1,
            "regime_id": 1,
            "n": 10,
            "windows": {"flops": "100k..300k"},
            "seed": 7,
        }
    ),
    "get /populations": Example({"limit": 20, "fields": "id,name,n,progress"}),
    "get /populations/{population_id}": Example(),
    "patch /populations/{population_id}": Example(body={"priority": -5}, ids=SECOND),
    "post /populations/{population_id}/restore": Example(
        body={"name": "back again"}, ids={"population_id": 4}
    ),
    "post /populations/{population_id}/purge": Example(ids={"population_id": 5}),
    "get /populations/{population_id}/note": Example(),
    "put /populations/{population_id}/note": Example(
        body={"text": "The first of three.\nSeeds 0 to 2.", "tags": ["baseline"]}
    ),
    "get /populations/{population_id}/networks/{network_id}/note": Example(),
    "put /populations/{population_id}/networks/{network_id}/note": Example(
        body={"text": "Best of all at this cost.", "tags": ["best"], "version": 0}
    ),
    "get /notes": Example({"search": "seeds", "limit": 20}),
    "get /tags": Example(),
    "post /views": Example(
        body={
            "name": "shallow ones",
            "page": "explore",
            "query": "?population=1&depth=3..6",
            "note": "What Monday's talk shows.",
            "tags": ["talk"],
        }
    ),
    "get /views": Example({"page": "explore", "limit": 20}),
    "get /views/{view_id}": Example(),
    "patch /views/{view_id}": Example(body={"name": "the shallow ones"}),
    "delete /views/{view_id}": Example(),
    "post /views/{view_id}/restore": Example(ids={"view_id": 2}),
    "get /views/{view_id}/note": Example(),
    "put /views/{view_id}/note": Example(body={"text": "Shown on Monday.", "tags": []}),
    "post /populations/{population_id}/networks": Example(body={"n": 5}, ids=SECOND),
    "get /populations/{population_id}/networks": Example(
        {"sort": "-wm", "limit": 20, "columns": "wm,error", "depth": "3..6"}
    ),
    "post /populations/{population_id}/refinement": Example(
        body={"constraints": {"depth": "3..6", "flops": "..250k"}}
    ),
    "post /populations/{population_id}/benchmarks": Example(),
    "post /populations/{population_id}/cancel": Example(ids=SECOND),
    "post /populations/{population_id}/retry": Example(
        body={"failures": ["crashed"]}, ids=SECOND
    ),
    "get /populations/{population_id}/networks.csv": Example(
        {"columns": "wm,error", "depth": "3..6"}
    ),
    "get /populations/{population_id}/networks.parquet": Example({"depth": "3..6"}),
    "get /populations/{population_id}/networks.arrow": Example({"columns": "wm,error"}),
    "get /populations/{population_id}/networks/{network_id}.{form}": Example(),
    "get /populations/{population_id}/networks/{network_id}": Example(),
    "get /populations/{population_id}/quantities": Example(),
    "get /populations/{population_id}/columns": Example(),
    "get /populations/{population_id}/edf": Example({"depth": "3..6", "points": "all"}),
    "get /populations/{population_id}/ranges": Example({"columns": "wm,depth"}),
    "post /tables/look": Example(file="theirs.csv", form={"partial": "true"}),
    "post /tables": Example(file="theirs.csv", form={"name": "theirs"}),
    "get /populations/{population_id}/report": Example(ids=OF_TABLE),
    "get /populations/{population_id}/rows/{row_id}": Example(ids=OF_TABLE),
    "delete /populations/{population_id}": Example({"used": True}, ids=OF_TABLE),
    "post /sets": Example(body={"name": "shallow ones", "sides": ["1;depth=..6"]}),
    "get /trends": Example({"side": ["1"], "by": "flops", "columns": "depth,wm"}),
    "get /populations/{population_id}/speed": Example({"time": "loss", "depth": "3.."}),
    "get /populations/{population_id}/importance": Example({"gamma": 0.5}),
    "get /comparison": Example(TWO_SIDES),
    "get /comparison/matched": Example(TWO_SIDES | {"match": "flops"}),
    "get /efficiency": Example({"side": ["1"]}),
    "get /stability": Example({"side": ["1"]}),
    "get /quantiles": Example({"side": ["1"], "q": "0.05,0.5", "below": 10}),
    "post /watches": Example(body={"a": "1", "b": "2"}),
    "get /watches": Example(),
    "delete /watches/{watch_id}": Example(),
    "post /counts": Example(body={"what": "resnet50"}),
    "post /counts.{form}": Example(body={"what": "resnet50"}, ids={"form": "py"}),
    "get /published-networks": Example(),
    "get /workers": Example(),
    "get /jobs": Example({"group": "waiting", "limit": 20}),
    "get /jobs/{job_id}": Example(),
    "post /jobs/{job_id}/cancel": Example(),
    "post /jobs/{job_id}/retry": Example(),
    "get /archive": Example({"population": [1]}),
    "post /archive": Example(file="mine.json.gz"),
    "get /events": Example({"population": 1}),
    "get /me": Example(),
    "post /me/password": Example(
        body={"present": "the words that let me in", "new": "other words that nobody knows"}
    ),
    "get /me/sessions": Example(),
    "delete /me/sessions/{session_id}": Example(ids={"session_id": 1}),
    "get /me/tokens": Example(),
    "post /me/tokens": Example(body={"name": "notebook", "scopes": ["read"], "days": 30}),
    "delete /me/tokens/{token_id}": Example(),
    "get /people": Example(),
    "patch /people/{user_id}": Example(body={"role": "member"}),
    "post /invitations": Example(body={"role": "member"}),
    "post /people/{user_id}/password-link": Example(),
    "get /sessions": Example(),
    "delete /sessions/{session_id}": Example(),
    "get /tokens": Example(),
    "delete /tokens/{token_id}": Example(),
    "get /audit": Example({"what": "created", "limit": 20}),
    "get /audit.jsonl": Example({"kind": "population"}),
    "get /me/quota": Example(),
    "get /quotas": Example(),
    "put /quotas": Example(body={"role": "member", "what": "queued_jobs", "most": 1000}),
    "delete /quotas/{quota_id}": Example(),
}
"""By method and path below /api/v1."""


def include(app: FastAPI, prefix: str) -> None:
    """Add them to what the application says of itself."""
    described = app.openapi

    def openapi() -> dict[str, Any]:
        made = app.openapi_schema is None
        document = described()
        if made:
            for key, example in EXAMPLES.items():
                method, path = key.split()
                _add(document["paths"][prefix + path][method], key, example)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this way


def _add(route: dict[str, Any], key: str, example: Example) -> None:
    given = IDS | dict(example.ids) | dict(example.query)
    for parameter in route.get("parameters", ()):
        if parameter["name"] in given and parameter["in"] in ("path", "query"):
            parameter["example"] = given[parameter["name"]]
    if example.body is not None:
        route["requestBody"]["content"]["application/json"]["example"] = example.body
    route["x-codeSamples"] = [{"lang": "Shell", "source": curl(key, example)}]


def address(key: str, example: Example) -> str:
    """The address of the call, below /api/v1."""
    path = key.split()[1].format(**IDS | dict(example.ids))
    query = urlencode(example.query, doseq=True, safe="")
    return f"{path}?{query}" if query else path


def curl(key: str, example: Example) -> str:
    """The call as a line of a shell in which `$api` is the server's address."""
    method = key.split()[0].upper()
    words = ["curl -s", *([] if method == "GET" else [f"-X {method}"])]
    words.append(f'"$api{address(key, example)}"')
    if example.body is not None:
        words += ["-H 'Content-Type: application/json'"]
        words += [f"-d {shlex.quote(json.dumps(example.body))}"]
    if example.form is not None:
        fields = {"file": f"@{example.file}"} | dict(example.form)
        words += [f"-F {shlex.quote(f'{name}={value}')}" for name, value in fields.items()]
    elif example.file is not None:
        words += [f"-H 'Content-Type: application/gzip' --data-binary @{example.file}"]
    return " ".join(words)
