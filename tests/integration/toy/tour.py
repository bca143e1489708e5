"""What a new family goes through, from its definition to its archive; it prints what it saw."""

import json
import sys
from pathlib import Path

from fastapi.testclient import TestClient

from dashboard.pages.create import refine
from db.migrations import upgrade
from db.session import Database
from designspace.layers.complexity import complexity
from designspace.regimes import DIGITS
from designspace.spaces import DESIGN_SPACE
from jobs.messages import Finished
from netspace.settings import Settings
from netspace.web import create_app
from services.work import leases, results
from workers.training.data import digits
from workers.training.train import train

folder = Path(sys.argv[1])
database = Database(f"sqlite:///{folder / 'toy.db'}")
upgrade(database.url)
SPACE = {
    "family": "plain",
    "stem": {"width": 8, "stride": 2},
    "strides": [1, 2],
    "depth": [1, 2],
    "width": [8, 16],
}
QUICK = DIGITS.model_copy(update={"epochs": 1}).model_dump(mode="json")


def made(answer):
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


settings = Settings(database_url=database.url, broker_url="redis://127.0.0.1:1/0")
with TestClient(create_app(settings), "http://127.0.0.1:8050") as client:
    api = "/api/v1"
    space = made(client.post(f"{api}/spaces", json={"name": "plain", "space": SPACE}))["id"]
    regime = made(client.post(f"{api}/regimes", json={"name": "quick", "regime": QUICK}))["id"]
    asked = {"name": "plain ones", "space_id": space, "regime_id": regime, "n": 2}
    population = made(client.post(f"{api}/populations", json=asked))["id"]
    for _ in range(2):
        with database.durable() as session:
            claim = leases.claim(session, "train", "a worker", 60)
        ended = train(claim.network, claim.regime, claim.seed, digits(), lambda epoch: None)
        with database.durable() as session:
            results.record(session, claim, ended)
    assert isinstance(ended, Finished)
    url = f"{api}/populations/{population}"
    rows = made(client.get(f"{url}/networks"))["items"]
    flops = complexity(claim.network, 8, 1, 10).flops
    asked = {"constraints": {"flops": "1..1G"}, "even": ["depth"]}
    proposal = made(client.post(f"{url}/refinement", json=asked))
    wrong = client.post(f"{url}/refinement", json={"shared": ["width"]})
    archive = client.get(f"{api}/archive", params={"population": population})
    assert archive.status_code == 200
    chips = {chip: rule.label for chip, rule in refine.CHIPS.items()}
    ruled = refine.ruled(json.dumps(SPACE), ["even depth"])
    network = client.get(f"{url}/networks/{rows[0]['id']}.py").text
sys.stdout.write(
    json.dumps(
        {
            "errors": [row["columns"]["error"] for row in rows],
            "counted": flops in [row["columns"]["flops"] for row in rows],
            "refined": proposal["space"],
            "refused": wrong.status_code,
            "archived": len(archive.content),
            "chips": chips,
            "ruled": DESIGN_SPACE.validate_json(ruled).even,
            "torch": network.startswith('"""Network '),
            "count": DESIGN_SPACE.validate_python(SPACE).count(),
        }
    )
)
