"""A ledger, and a short way to reserve in it."""

from __future__ import annotations

import pytest


@pytest.fixture
def ledger(store):
    return store.ledger


@pytest.fixture
def reserve(ledger, now):
    def put(key, credits, at=None, service="emulator", **more):
        ledger.reserve(key, credits, now=now if at is None else at, service=service, **more)

    return put
