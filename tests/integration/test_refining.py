"""Refinements: the next space from a population, what it inherits, and the chain of spaces."""

import pytest

from designspace.laws import Choice
from designspace.spaces import PRESETS
from jobs.messages import Finished
from services import leases, populations, refinements, results, spaces
from services.errors import Conflict, NotFound, Refused
from services.populations import Spec
from services.snapshots import Snapshots

NO_RULES = {"shared": [], "non_decreasing": []}


@pytest.fixture
def database(sqlite):
    """What refining asks of a database, test_rest.py tries on both kinds."""
    return sqlite


@pytest.fixture
def measure(database):
    """Give the next jobs results."""

    def measure(*errors):
        with database.durable() as session:
            for error in errors:
                claim = leases.claim(session, "train", "a worker", 30)
                finished = Finished(quantities={"error": error}, conditions={})
                results.record(session, claim, finished)

    return measure


@pytest.fixture
def propose(database):
    def propose(population, rules=NO_RULES, **texts):
        with database.read() as session:
            return refinements.propose(session, population, texts, rules)

    return propose


@pytest.fixture
def refined(database):
    """A population of a proposed space."""

    def refined(proposal, n, name="refined", **changed):
        with database.durable() as session:
            id = spaces.define(session, name, proposal.space, proposal.refined_from)
        given = {
            "windows": proposal.windows,
            "regime_id": proposal.regime_id,
            "training_seed": proposal.training_seed,
        }
        return populations.create(database, Spec(name, id, n=n, **(given | changed)))

    return refined


def drawn(database, id):
    return Snapshots(database).get(id).population


def test_constraints_become_the_space_and_those_on_complexity_its_windows(create, propose):
    found = propose(create(12), bottleneck_ratio="1", depth="4..9", flops="..200k")
    old = PRESETS["RegNetX small"]
    assert found.space.bottleneck_ratio == Choice(choices=(1,))
    assert (found.space.depth.lo, found.space.depth.hi) == (4, 9)
    assert found.space.w0 == old.w0
    assert found.windows == {"flops": "100000..200000"}  # inside the population's own


def test_ties_and_orders_can_be_added(create, defined, propose):
    of_a = create(12, space_id=defined["anynet"])
    tied = propose(of_a, {"shared": ["group_width"], "non_decreasing": ["width"]})
    assert (tied.space.shared, tied.space.non_decreasing) == (("group_width",), ("width",))
    with pytest.raises(Refused, match="shared"):
        propose(create(12, name="a RegNet"), {"shared": ["w0"], "non_decreasing": []})


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"e_fit": "..0.1"}, "e_fit does not refine this space"),
        ({"depth": "100.."}, "no value passes"),
        ({"depth": "9..3"}, "a..b with a <= b"),
        ({"flops": "1M..2M"}, "meets the population's window"),
    ],
)
def test_what_can_not_become_a_space_is_refused_with_what_can(create, propose, texts, said):
    with pytest.raises(Refused, match=said):
        propose(create(6), **texts)


def test_networks_measured_already_are_the_first_of_the_refined_population(
    database, create, propose, refined, measure
):
    old = create(20)
    measure(*range(10, 22))  # of 20, in their order
    whole = drawn(database, old)
    inside = [
        id
        for id, b in zip(whole.ids[:12], whole.columns["bottleneck_ratio"][:12], strict=True)
        if b == 1
    ]
    proposal = propose(old, bottleneck_ratio="1")
    assert (proposal.inherited, proposal.reason) == (len(inside), None)
    assert 0 < len(inside) < 12
    new = refined(proposal, n=len(inside) + 5, inherits=old)
    population = drawn(database, new)
    assert population.ids[: len(inside)].tolist() == inside
    assert set(population.columns["bottleneck_ratio"]) == {1}
    assert population.prefix().results().ids.tolist() == inside
    with database.read() as session:
        record = populations.get(session, new)
        assert (record.inherits, record.inherited) == (old, len(inside))
        assert record.progress.done == len(inside)


def test_a_population_that_has_inherited_can_be_made_larger(
    database, create, propose, refined, measure
):
    old = create(20)
    measure(*range(10, 22))
    proposal = propose(old, bottleneck_ratio="1")
    new = refined(proposal, n=proposal.inherited + 2, inherits=old)
    populations.extend(database, new, 3)
    at_once = refined(proposal, n=proposal.inherited + 5, name="at once", inherits=old)
    grown, born = drawn(database, new), drawn(database, at_once)
    assert grown.ids.tolist() == born.ids.tolist()
    assert grown.multiplicity.tolist() == born.multiplicity.tolist()


def test_networks_behind_the_first_unfinished_one_are_not_inherited(
    create, propose, measure, database
):
    old = create(10)
    measure(12.0, 11.0)
    with database.durable() as session:  # the third is at work, the fourth has ended
        leases.claim(session, "train", "a worker", 30)
    measure(10.0)
    assert propose(old).inherited == 2


def test_a_tie_that_changes_the_law_inherits_nothing_and_says_why(
    create, defined, propose, refined, measure
):
    old = create(12, space_id=defined["anynet"])
    measure(*range(12))
    proposal = propose(old, {"shared": ["width"], "non_decreasing": []})
    assert proposal.inherited == 0
    assert "whose law, given the new rules, is the law of this one" in proposal.reason
    with pytest.raises(Refused, match="inherits"):
        refined(proposal, n=4, inherits=old)


def test_another_training_seed_or_wider_windows_inherit_nothing(
    create, propose, refined, measure
):
    old = create(8)
    measure(*range(8))
    proposal = propose(old)
    for changed in ({"training_seed": 1}, {"windows": {"flops": "..400k"}}):
        with pytest.raises(Refused, match="inherits"):
            refined(proposal, n=4, inherits=old, **changed)


def test_the_lineage_of_a_space_says_how_far_each_step_came(
    database, create, defined, propose, refined, measure
):
    old = create(6)
    measure(3.0, 1.0, 2.0, 6.0, 5.0, 4.0)
    new = refined(propose(old, bottleneck_ratio="1"), n=3, name="b = 1")
    with database.read() as session:
        space_id = populations.get(session, new).space_id
        chain = refinements.lineage(session, Snapshots(database), space_id)
        with pytest.raises(NotFound):
            refinements.lineage(session, Snapshots(database), 99)
    assert [(one.name, one.n, one.median) for one in chain] == [
        ("RegNetX small", 6, pytest.approx(3, abs=1)),
        ("b = 1", 0, None),
    ]
    assert chain[0].count == 3 * chain[1].count


def test_two_spaces_of_one_name_are_a_conflict(create, propose, refined):
    old = create(6)
    refined(propose(old, bottleneck_ratio="1"), n=2)
    with pytest.raises(Conflict):
        refined(propose(old, bottleneck_ratio="2"), n=2)
