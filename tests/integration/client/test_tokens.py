"""The client where one has to log in: what its token lets it do."""

import contextlib

import accounts
import pytest
from served import Served

import netspace_client
from services.acting.actor import Role, Scope
from services.people import tokens


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    file = tmp_path_factory.mktemp("tokens") / "netspace.db"
    served = Served(file, NETSPACE_AUTH="accounts")
    served.measured("A", *range(10, 34))
    served.start()
    yield served
    served.close()


@pytest.fixture(scope="module")
def max_(served):
    return accounts.join(served.database, "max")


@pytest.fixture
def shown(served, max_):
    """Connects with a token of a member's."""
    with contextlib.ExitStack() as stack:

        def connect(*scopes):
            with served.database.durable() as session:
                made = tokens.create(
                    session, "script", {*map(Scope, scopes)}, None, max_, Role.MEMBER
                )
            return stack.enter_context(netspace_client.connect(served.url, made.secret))

        yield connect


def test_without_a_token_nothing_is_told(served):
    with (
        netspace_client.connect(served.url) as lab,
        pytest.raises(netspace_client.Unauthorized, match="show a token"),
    ):
        lab.populations()


def test_a_token_that_is_none_lets_nobody_in(served):
    with (
        netspace_client.connect(served.url, "ns_nothing") as lab,
        pytest.raises(netspace_client.Unauthorized),
    ):
        next(lab.events())


def test_a_token_that_reads_reads_and_makes_nothing(shown):
    lab = shown("read")
    assert lab.population("A").columns().n == 24
    assert next(lab.events()).progress.ended
    with pytest.raises(netspace_client.Forbidden) as error:
        lab.create_population("B", "RegNetX small", "digits", 2)
    assert error.value.field == "permission"


def test_a_token_that_submits_makes_a_population_of_its_owners(shown):
    lab = shown("read", "submit")
    made = lab.create_population(
        "mine", "RegNetX small", "digits", 2, windows={"flops": "100k..300k"}, seed=3
    )
    assert (made.owner, made.mine, made.n) == ("max", True, 2)
