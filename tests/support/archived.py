"""A small measured study, and the JSON of its archive."""

import gzip
import json
from collections import Counter

from designspace.regimes import DIGITS
from designspace.spaces.presets import PRESETS
from jobs.messages import Epoch, Failed, Finished
from services.defining import regimes, spaces
from services.exchange import archives, exports
from services.sampling import populations
from services.sampling.populations import Spec
from services.work import leases, results

CONDITIONS = {"device": "cpu", "torch": "2.x", "threads": "1"}


def measure(database):
    """End all jobs: of seed 0 the second diverges, the third fails; others have errors."""
    with database.durable() as session:
        ended = Counter()
        while claim := leases.claim(session, "train", "a worker", 30):
            ended[claim.seed] += 1
            n = ended[claim.seed]
            if (n, claim.seed) == (3, 0):
                failed = Failed(failure="timeout", detail="3600 s")
                results.record_failure(session, claim, failed, retry=False, max_attempts=3)
                continue
            for epoch in range(1, 11):
                told = Epoch(
                    epoch=epoch, loss=2 / epoch, error=50 / epoch + n % 40, seconds=epoch / 3
                )
                results.record_epoch(session, claim, told)
            quantities = (
                {"diverged": 1.0}
                if (n, claim.seed) == (2, 0)
                else {"error": 5.1 + n % 40, "loss": 0.2}
            )
            quantities["training_seconds"] = 10 / 3
            results.record(
                session, claim, Finished(quantities=quantities, conditions=CONDITIONS)
            )


def study(database, n=6):
    """Two populations that share networks, of a space that refines another; all measured."""
    with database.durable() as session:
        whole = spaces.define(session, "AnyNetX_A small", PRESETS["AnyNetX_A small"])
        tied = spaces.define(session, "tied", PRESETS["AnyNetX_C small"], refined_from=whole)
        regime = regimes.define(session, "digits", DIGITS)
    given = {"regime_id": regime, "windows": {"flops": "100k..300k"}}
    first = populations.create(database, Spec("Study: tied", tied, n=n, **given))
    second = populations.create(
        database, Spec("Study: seed 1", tied, n=2, training_seed=1, **given)
    )
    measure(database)
    return [first, second]


def exported(database, ids):
    with database.read() as session:
        return archives.pack(exports.archive(session, ids))


def content(file):
    return json.loads(gzip.decompress(file))


def packed(content):
    return gzip.compress(json.dumps(content).encode(), mtime=0)
