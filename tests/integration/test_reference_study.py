"""The study in reference/: it comes in whole, and the document about it says what it says."""

import importlib.util
import json
import re
from gzip import decompress

import numpy as np
import pytest
from places import ROOT

from population.trust.noise import seed_noise
from services.comparing import trends


def script_of(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"docs/{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script():
    """docs/study_regnet.py, which prints the document's numbers."""
    return script_of("study_regnet")


@pytest.fixture(scope="module")
def study(script, tmp_path_factory):
    return script.study(tmp_path_factory.mktemp("study"))


def test_it_is_small_and_says_where_it_comes_from(script):
    packed = script.FILE.read_bytes()
    assert len(packed) < 5_000_000
    archive = json.loads(decompress(packed))
    assert len(archive["populations"]) == 12
    assert len(archive["networks"]) == 397
    for population in archive["populations"]:
        told = population["provenance"]
        assert len(told["commit"]) == 40
        assert told["cpu"]
        assert told["seconds"] > 0


def test_four_spaces_of_a_hundred_networks_have_all_their_results(study):
    _, sides = study
    for side in sides.values():
        assert side.view.pending == 0
        assert side.view.failed == {}
        assert side.results.multiplicity.sum() >= 100
        assert len(side.results) == 100


def test_the_table_of_claims_repeats_the_evidence_below_it():
    document = (ROOT / "docs/study-regnet.md").read_text()
    table, evidence = document.split("## In one table")[1].split("## Is the order", 1)
    rows = table[table.index("\n|") :]

    def shares(text):
        found = re.findall(r"(\d+) % \[(\d+), (\d+)\]", text)
        return {tuple(map(int, share)) for share in found}

    below = shares(evidence)
    of_the_other_side = {(100 - share, 100 - hi, 100 - lo) for share, lo, hi in below}
    assert len(shares(rows)) > 25
    assert shares(rows) <= below | of_the_other_side
    without_interval = re.findall(r"([\d.]+) %(?! \[)", rows)
    assert len(without_interval) == 2  # errors, and no share
    assert all(
        f" {error} " in evidence or f" {error};" in evidence for error in without_interval
    )


def test_the_document_says_what_the_statistics_say(script, study):
    # Medians at equal covariates come from bootstraps and are left to the script.
    database, sides = study
    document = (ROOT / "docs/study-regnet.md").read_text()
    lines = [
        *script.order(sides),
        *script.tails(sides),
        *script.properties(sides),
        *script.deep(sides),
        *script.best(sides),
        *script.search(sides),
        *script.longer(database),
    ]
    assert len(lines) == 6 + 4 + 13 + 4 + 4 + 4 + 3
    assert [line for line in lines if line not in document] == []


def test_one_training_is_as_reliable_as_the_methods_say(script):
    # docs/methods.md, "Reliability": 1 - r^2 is not what two trainings correlate by.
    archive = json.loads(decompress(script.FILE.read_bytes()))
    jobs = {(job["network"], job["regime"], job["seed"]): job for job in archive["jobs"]}
    populations = {one["name"]: one for one in archive["populations"]}
    for space, unlike, icc in (("AnyNetX_A", 0.90, 0.79), ("RegNetX", 0.97, 0.90)):
        draws = populations[f"Study: {space}, seed 1 (fashion-14)"]["draws"]
        errors = np.array(
            [
                [
                    jobs[draw["network"], "fashion-14", seed]["result"]["quantities"]["error"]
                    for seed in (0, 1, 2)
                ]
                for draw in draws
            ]
        )
        found = seed_noise(errors, np.random.default_rng(0), chance=90, draws=20)
        between = np.corrcoef(np.log(errors).T)[np.triu_indices(3, 1)].mean()
        assert 1 - found.ratio.value**2 == pytest.approx(unlike, abs=0.006)
        assert found.reliability.value == pytest.approx(icc, abs=0.006)
        assert between == pytest.approx(icc, abs=0.015)


@pytest.fixture(scope="module")
def across():
    """docs/study_trends.py, which prints the numbers of docs/study-trends.md."""
    return script_of("study_trends")


def test_the_windows_of_flops_are_whole_and_say_where_they_come_from(across):
    packed = across.FILE.read_bytes()
    assert len(packed) < 5_000_000
    archive = json.loads(decompress(packed))
    assert [len(one["draws"]) for one in archive["populations"]] == [60, 60, 60, 60]
    assert all(len(one["provenance"]["commit"]) == 40 for one in archive["populations"])


def test_the_document_of_trends_says_what_the_statistics_say(across, tmp_path):
    document = (ROOT / "docs/study-trends.md").read_text()
    sides = across.study(tmp_path)
    found = trends.across(sides)
    assert all(one.view.pending == 0 and one.view.failed == {} for one in sides)
    lines = [*across.errors(sides), *across.verdicts(found), *across.ranges(found)]
    assert len(lines) == 4 + 15 + 15
    assert [line for line in lines if line not in document] == []
