"""What routes need: whether who listens may go on listening."""

from types import SimpleNamespace

from loops import run
from sqlalchemy.exc import OperationalError

from server.dependencies import still_in


class Away:
    """Credentials whose database is away."""

    def remembered(self, secret):
        return None

    def look(self, secret):
        raise OperationalError("SELECT", {}, ConnectionRefusedError("refused"))


def test_while_the_database_is_away_nobody_goes_on_listening():
    request = SimpleNamespace(state=SimpleNamespace(secret="ns_secret"))
    assert run(still_in(request, SimpleNamespace(credentials=Away()))) is False
