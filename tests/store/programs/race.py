"""Races with other processes and its own threads for tasks and for credits.

Arguments: store, number of this process, threads, tasks to claim, reservations a thread, cap.
Prints the keys it claimed and the reservations it was granted, as one line of JSON.
"""

import json
import sys
import threading

from evolink_widgets.errors import BudgetExceeded
from evolink_widgets.store import Cap, Store

root, me, threads, tasks, tries, cap = sys.argv[1], *map(int, sys.argv[2:])
store = Store(root)
claimed: list[str] = []
granted: list[str] = []
troubles: list[str] = []


def run(thread: int) -> None:
    owner = f"{me}-{thread}"
    try:
        for number in range(tasks):
            key = f"task-{(number + thread) % tasks}"
            if store.journal.claim(key, owner, now=1000.0, lease_s=60):
                claimed.append(key)
        for number in range(tries):
            key = f"{owner}-{number}"
            try:
                store.ledger.reserve(key, 1.5, now=1000.0, service="emulator", caps=[Cap(cap)])
            except BudgetExceeded:
                continue
            granted.append(key)
    except BaseException as exc:
        troubles.append(repr(exc))


print("ready", flush=True)
sys.stdin.readline()
running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
for thread in running:
    thread.start()
for thread in running:
    thread.join()
print(json.dumps({"claimed": claimed, "granted": granted, "troubles": troubles}))
store.close()
