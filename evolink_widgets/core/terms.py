"""On which terms something is asked: what it may cost, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evolink_widgets.core.money.budget import Budget, scopes_of
from evolink_widgets.errors import SpendingRefused
from evolink_widgets.store.ledger.ledger import Cap

ALLOW = 'ew.configure(spend="allow") allows it.'


@dataclass(frozen=True)
class Terms:
    """What held when somebody asked; a `with` block that has ended since holds all the same.

    Attributes:
        budgets: the budgets in force.
        notebook: where it was asked, where known.
    """

    budgets: tuple[Budget, ...] = ()
    notebook: str | None = None

    def caps(self, service: str, now: float, store: Path) -> list[Cap]:
        """The limits that a purchase in this store has to keep."""
        return [budget.cap(service, self.notebook, now, store) for budget in self.budgets]

    @property
    def scopes(self) -> tuple[str, ...]:
        """The ledger's names under which its reservation is found again."""
        return scopes_of(self.budgets, self.notebook)


def check_spending(may_spend: Callable[[], bool], what: str) -> None:
    """Refuse a purchase where spending is switched off.

    Args:
        may_spend: whether it is allowed now.
        what: what would be bought, as the subject of a sentence.

    Raises:
        SpendingRefused: it is not.
    """
    if not may_spend():
        raise SpendingRefused(
            f'{what}, and spending is switched off (spend="never").', advice=ALLOW
        )
