"""Refinements: the next space from a population, what it inherits, and the chain of spaces."""

import pytest

from db.models import SampledRow
from designspace.laws.laws import Choice, LogUniform, Uniform
from designspace.networks.ends import Stem
from designspace.regimes import DIGITS
from designspace.spaces.cells.nats_size import NatsSize
from designspace.spaces.presets import PRESETS
from designspace.spaces.regnet import RegNet
from jobs.messages import Finished
from services.defining import regimes, spaces
from services.errors import Conflict, NotFound, Refused
from services.reading.snapshots import Snapshots
from services.sampling import populations, records, refinements
from services.sampling.populations import NewSpace, Spec
from services.work import leases, results

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


@pytest.fixture
def of_few(database, create, measure):
    """A measured population of a space of few networks: some were drawn more than once."""
    few = RegNet(
        depth=[3, 6],
        w0=Choice(choices=(8, 16, 24)),
        wa=Choice(choices=(8, 16)),
        wm=Choice(choices=(1.5, 2, 2.5)),
        group_width=Choice(choices=(8,)),
        stem=Stem(width=8, stride=1),
        strides=(2, 1),
    )
    with database.durable() as session:
        space_id = spaces.define(session, "few", few)
    id = create(12, name="of few", space_id=space_id, windows={})
    measure(*range(10, 22))
    return id


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
        record = records.get(session, new)
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


@pytest.mark.parametrize("steps", [[3], [1, 2], [1, 1, 1]])
def test_networks_drawn_again_count_once_each_however_a_population_grew(
    database, of_few, propose, refined, steps
):
    proposal = propose(of_few, depth="3..4")
    parent = drawn(database, of_few)
    inherited = parent.multiplicity[parent.columns["depth"] <= 4]
    assert proposal.inherited == len(inherited) < len(parent)
    new = refined(proposal, n=proposal.inherited + 1, inherits=of_few)
    for more in steps:
        populations.extend(database, new, more)
    n = proposal.inherited + 1 + sum(steps)
    at_once = refined(proposal, n=n, name="at once", inherits=of_few)
    grown, born = drawn(database, new), drawn(database, at_once)
    assert grown.multiplicity.tolist() == born.multiplicity.tolist()
    with database.read() as session:
        record = records.get(session, new)
    # Each candidate that is no new network was drawn again, and counts once for its network.
    again = record.refused["duplicate"]
    assert grown.multiplicity.sum() == inherited.sum() + (n - len(inherited)) + again
    assert again > 0
    assert inherited.max() > 1


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


@pytest.fixture
def of_all(database, create, measure):
    """A population of all 2^5 networks of a space of widths, of which 20 are measured."""

    def of_all(width):
        with database.durable() as session:
            space_id = spaces.define(session, "widths", NatsSize(width=width))
        id = create(0, name="all", space_id=space_id, windows={}, whole=True)
        measure(*range(10, 30))
        return id

    return of_all


@pytest.mark.parametrize("width", [Uniform(lo=4, hi=8, step=4), Choice(choices=(4, 8))])
def test_all_networks_are_inherited_by_a_law_that_draws_them_equally_often(
    database, of_all, propose, refined, width
):
    proposal = propose(of_all(width))
    assert (proposal.inherited, proposal.reason) == (20, None)
    population = drawn(database, refined(proposal, n=22, inherits=1))
    assert population.prefix().results().error.tolist() == [*range(10, 30)]


def test_all_networks_are_no_sample_of_a_law_that_draws_some_more_often(
    of_all, propose, refined
):
    law = LogUniform(lo=8, hi=12, step=4)  # ln 2 and ln 3/2: .63 and .37
    old = of_all(law)
    proposal = propose(old)
    assert proposal.inherited == 0
    assert "of all networks, each once, and by this space's law" in proposal.reason
    with pytest.raises(Refused, match="each once"):
        refined(proposal, n=22, inherits=old)


def test_what_began_with_all_networks_is_no_sample_of_such_a_law_either(
    database, of_all, propose, create
):
    old = of_all(LogUniform(lo=8, hi=12, step=4))
    with database.read() as session:
        space_id = records.get(session, old).space_id
    drawn_here = create(25, name="heir", space_id=space_id, windows={})
    assert propose(drawn_here).reason is None
    with database.durable() as session:  # as a version before this rule has stored it
        heir = session.get_one(SampledRow, drawn_here)
        heir.inherits, heir.inherited = old, 20
    assert "each once" in propose(drawn_here).reason


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
        space_id = records.get(session, new).space_id
        chain = refinements.lineage(session, Snapshots(database), space_id)
        with pytest.raises(NotFound):
            refinements.lineage(session, Snapshots(database), 99)
    assert [(one.name, one.n, one.median) for one in chain] == [
        ("RegNetX small", 6, pytest.approx(3, abs=1)),
        ("b = 1", 0, None),
    ]
    assert chain[0].count == 3 * chain[1].count


def test_the_lineage_tells_errors_of_one_regime_and_names_it(
    database, create, defined, propose, refined, measure
):
    with database.durable() as session:
        longer = regimes.define(session, "digits-x4", DIGITS.model_copy(update={"epochs": 40}))
    first = create(4, name="short", priority=-2)
    measure(30.0, 28.0, 26.0, 24.0)
    create(3, name="long", regime_id=longer, priority=-2)  # the space's newest population
    measure(19.0, 18.0, 17.0)
    new = refined(propose(first, bottleneck_ratio="1"), n=2, name="b = 1")
    with database.read() as session:
        space_id = records.get(session, new).space_id

        def told(*regime):
            chain = refinements.lineage(session, Snapshots(database), space_id, *regime)
            return [(one.regime, one.n, one.median) for one in chain]

        of_short = [("digits", 4, pytest.approx(27, abs=1)), ("digits", 0, None)]
        of_long = [("digits-x4", 3, pytest.approx(18)), ("digits-x4", 0, None)]
        assert told(defined["regime"]) == of_short
        assert told() == of_short  # the regime of the space's own population
        assert told(longer) == of_long
        with pytest.raises(NotFound):
            told(99)


def test_the_lineage_tells_of_the_population_in_hand_else_of_the_one_most_measured(
    database, create, defined, measure
):
    large = create(5, name="large", priority=-2)
    measure(9.0, 9.0, 9.0, 9.0, 9.0)
    small = create(3, name="small", seed=1, training_seed=1)
    measure(20.0, 20.0, 20.0)
    create(9, name="nothing yet", seed=2, training_seed=2)
    with database.read() as session:
        for in_hand, of in ((None, large), (small, small), (large, large)):
            [one] = refinements.lineage(
                session, Snapshots(database), defined["space"], defined["regime"], in_hand
            )
            assert one.population_id == of


def test_a_population_with_nothing_new_is_refused(create, propose, refined, measure, database):
    old = create(12)
    measure(*range(10, 22))
    proposal = propose(old, depth="3..")
    assert proposal.inherited == 12
    for n in (1, 11, 12):
        with pytest.raises(Refused, match="more than 12: so many are inherited") as refusal:
            refined(proposal, n=n, name=f"refined {n}", inherits=old)
        assert (refusal.value.field, refusal.value.value) == ("n", n)
    new = refined(proposal, n=13, inherits=old)
    with database.read() as session:
        record = records.get(session, new)
    assert (record.n, record.inherited, record.progress.queued) == (13, 12, 1)


@pytest.mark.parametrize("edited", [True, False])
def test_a_started_refinement_counts_new_networks_beside_the_inherited_ones(
    create, propose, measure, database, edited
):
    old = create(12)
    measure(*range(10, 22))
    proposal = propose(old, **({"depth": "..9"} if edited else {}))
    space = NewSpace("shallow", proposal.space, proposal.refined_from) if edited else None
    spec = Spec(
        name="refined",
        space_id=proposal.refined_from,
        regime_id=proposal.regime_id,
        n=5,
        windows=proposal.windows,
        inherits=old,
    )
    new = populations.create(database, spec, new=space, beside_inherited=True)
    with database.read() as session:
        record = records.get(session, new)
    assert record.inherited == proposal.inherited > 0
    assert record.n == proposal.inherited + 5
    assert record.progress.queued == 5


def test_two_spaces_of_one_name_are_a_conflict(create, propose, refined):
    old = create(6)
    refined(propose(old, bottleneck_ratio="1"), n=2)
    with pytest.raises(Conflict):
        refined(propose(old, bottleneck_ratio="2"), n=2)
