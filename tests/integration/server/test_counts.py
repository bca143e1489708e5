"""Counting over REST: any network, and nothing is stored."""

import kinds
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from db.models import NetworkRow
from designspace.naming.exchange import to_json
from designspace.naming.members import member
from netspace.settings import Settings
from netspace.web import create_app

# Nothing that is counted is stored.
lasting = kinds.lasting


@pytest.fixture(scope="module")
def client(lasting):
    """The application on a database that nothing is written to."""
    settings = Settings(database_url=lasting.url, broker_url="redis://127.0.0.1:1/0")
    with TestClient(create_app(settings), "http://127.0.0.1:8050") as client:
        yield client


def test_a_published_network_has_its_published_counts(client, lasting):
    answer = client.post("/api/v1/counts", json={"what": "efficientnet_b1"})
    assert answer.status_code == 200
    assert answer.json() | {"hash": ""} == {
        "hash": "",
        "name": "efficientnet_b1",
        "params": 7_794_184,
        "flops": 686_817_992,
        "activations": 10_884_328,
        "resolution": 240,
        "channels": 3,
        "classes": 1000,
        "left_out": [],
        "forms": ["json", "py"],
        "drawn": [],
    }
    with lasting.read() as session:
        assert session.scalar(select(func.count()).select_from(NetworkRow)) == 0


def test_a_network_is_counted_on_the_images_that_are_asked_for(client):
    text = to_json(member("resnet56_cifar10").network)
    asked = {"what": text, "resolution": 32, "classes": 10}
    answer = client.post("/api/v1/counts", json=asked).json()
    assert (answer["params"], answer["flops"]) == (855_770, 125_747_850)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"what": "no_such_net"}, "what"),
        ({"what": "resnet18", "resolution": 0}, "resolution"),
        ({"what": "resnet18", "classes": 10**9}, "classes"),
        ({"what": "ofa:{}"}, "what"),
    ],
)
def test_what_can_not_be_counted_is_refused_with_its_field(client, asked, field):
    answer = client.post("/api/v1/counts", json=asked)
    assert answer.status_code == 422
    assert field in {problem["field"] for problem in answer.json()["detail"]}


def test_names_that_can_be_counted_are_listed(client):
    names = client.get("/api/v1/published-networks").json()["names"]
    assert {"efficientnet_b0", "regnet_x_400mf", "fbnet_a", "mnasnet1_0"} <= set(names)


def test_a_network_that_is_only_named_is_written_out_as_others_have_it(client):
    cell = "|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|none~1|avg_pool_3x3~2|"
    asked = {"what": cell, "classes": 7}
    assert client.post("/api/v1/counts", json=asked).json()["forms"] == ["json", "py", "nb201"]
    written = client.post("/api/v1/counts.nb201", json=asked)
    assert written.text == f"{cell}\n"
    assert written.headers["content-disposition"].endswith('.nb201"')
    assert "7" in client.post("/api/v1/counts.py", json=asked).text
    refused = client.post("/api/v1/counts.yaml", json=asked)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["field"] == "network"
    assert client.post("/api/v1/counts.onnx", json=asked).status_code == 422
