"""`netspace count`: names, notations and files."""

import json

import pytest
from typer.testing import CliRunner

from designspace.naming.exchange import to_json
from designspace.naming.members import member
from netspace.cli import app


def run(*words):
    return CliRunner().invoke(app, ["count", *map(str, words)])


def test_a_name_is_counted_as_it_is_published():
    said = run("resnext101_32x8d", "--json")
    assert said.exit_code == 0
    assert json.loads(said.stdout) == {
        "params": 88_791_336,
        "flops": 16_414_016_488,
        "activations": 31_411_176,
        "resolution": 224,
        "classes": 1000,
        "channels": 3,
    }
    assert "16,414,016,488 multiply-adds" in run("resnext101_32x8d").stdout


def test_files_are_read_as_what_they_are(tmp_path):
    network = tmp_path / "network.json"
    network.write_text(to_json(member("resnet18").network))
    assert json.loads(run(network, "--json").stdout)["params"] == 11_689_512
    cell = tmp_path / "cell.json"
    cell.write_text('{"matrix": [[0, 1], [0, 0]], "ops": ["input", "output"]}')
    assert run(f"nb101:{cell}", "--json").exit_code == 0
    config = tmp_path / "net.yaml"
    config.write_text(
        "MODEL: {TYPE: resnet, DEPTH: 18, NUM_CLASSES: 1000}\nOPTIM:\n  BASE_LR: 1e-1\n"
    )
    said = run(config, "--json")
    assert json.loads(said.stdout)["flops"] == 1_814_074_344
    assert "OPTIM says nothing of the network: left out" in said.stderr


@pytest.mark.parametrize("what", ["no_such_net", "nb101:/no/such/file", "ofa:{}"])
def test_what_is_no_network_ends_with_a_line(what):
    said = run(what)
    assert said.exit_code == 2
    assert said.stderr.startswith("netspace: ")
    assert "Traceback" not in said.stderr
