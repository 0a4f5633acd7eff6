"""Begins a batch on a cluster, and is killed by the test that has begun it.

Arguments: the scheduler's address, the service's, the store's folder, the workers', how many rows.
"""

from __future__ import annotations

import sys

import distributed

import evolink_widgets as ew

scheduler, service, folder, workers, rows = sys.argv[1:]
ew.configure(base_url=service, store=folder)
frame = [{"animal": f"fox number {number}"} for number in range(int(rows))]
with distributed.Client(scheduler) as client:
    batch = ew.batch(frame, "a {animal}", size="816x816", quality="low")
    batch.create(on=client, worker_store=workers).result()
