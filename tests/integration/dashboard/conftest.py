"""Pages read as whoever asks: here the one person of a server without logins."""

import pytest

from services.acting.actor import LOCAL, asking


@pytest.fixture(scope="module", autouse=True)
def asked():
    """The tests call what callbacks call, and no request comes with them."""
    token = asking.set(LOCAL)
    yield
    asking.reset(token)
