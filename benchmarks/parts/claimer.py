"""One of several processes that claim jobs from one queue: prints milliseconds, as JSON."""

from __future__ import annotations

import json
import random
import sys
import time

from db.session import Database
from services.work import leases

PAUSE_SECONDS = (0.02, 0.08)
"""Between two claims: 8 claimers are busier than any lab."""


def main(url: str, claims: int) -> None:
    database = Database(url)
    times = []
    for number in range(claims + 5):
        began = time.perf_counter()
        with database.write() as session:
            assert leases.claim(session, "train", "claimer", 3600, data_sets=["digits"])
        if number == 4:  # the first have opened connections, and compiled statements
            print("ready", flush=True)
            sys.stdin.readline()
        elif number > 4:
            times.append(1000 * (time.perf_counter() - began))
            time.sleep(random.uniform(*PAUSE_SECONDS))
    print(json.dumps(times))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
