"""Asks for as much as a store's budget allows, from eight threads: store, service, cap, name."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services import OnPort, quick

from evolink_widgets.core.money import Budget
from evolink_widgets.errors import BudgetExceeded
from evolink_widgets.rules.request.request import ImageRequest


def main(store: str, api: str, media: str, cap: str, name: str) -> None:
    budget = Budget(float(cap), "store")
    session = OnPort(api, media).session(Path(store), retry=quick(), budget=budget)

    def one(number: int) -> int:
        request = ImageRequest(f"fox {number} of {name}", size="816x816", quality="low")
        try:
            return len(session.submit(request).result(60))
        except BudgetExceeded:
            return 0

    with ThreadPoolExecutor(8) as threads:
        print(sum(threads.map(one, range(8))))


if __name__ == "__main__":
    main(*sys.argv[1:])
