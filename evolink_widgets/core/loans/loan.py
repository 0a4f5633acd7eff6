"""`Loan`: a few purchases that were decided here and are sent by another process.

The lender has reserved the credits of each and written it down as sent, before the loan leaves.
The borrower works in a store of the loan's own, whose journal begins with the same keys and the
same idempotency keys. What comes home is known again by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from evolink_widgets.rules.pricing.pricing import Receipt
from evolink_widgets.store.journal.journal import Step

__all__ = ["LentAsk", "Loan", "Return"]


@dataclass(frozen=True)
class LentAsk:
    """One purchase of a loan.

    Attributes:
        key: its local key, the lender's and the borrower's.
        idempotency_key: what its POST carries.
        recipe: the recipe's record.
        identity: the recipe's identity.
        high: credits that the lender has reserved for it.
    """

    key: str
    idempotency_key: str = field(repr=False)
    recipe: Mapping[str, Any] = field(repr=False)
    identity: str = field(repr=False)
    high: float


@dataclass(frozen=True)
class Loan:
    """Purchases that are handed to another process together.

    It shows nothing of what is asked: engines write the arguments of what fails into their logs.

    Attributes:
        name: its own name, and that of the borrower's folder.
        service: the service's name in both journals.
        asks: the purchases.
        scopes: the names under which the lender's caps find them.
        origin: the notebook that asked.
        references: the bytes of the references that they need, by their SHA-256.
    """

    name: str
    service: str
    asks: tuple[LentAsk, ...] = field(repr=False)
    scopes: tuple[str, ...] = field(repr=False, default=())
    origin: str | None = field(repr=False, default=None)
    references: Mapping[str, bytes] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Return:
    """What the borrower's journal says of one purchase.

    Attributes:
        key: the purchase.
        step: where it stands.
        task_id: the service's id; `None` where it is not known.
        accepted_at: Unix seconds when that came.
        receipt: what the service reported.
        failure: the error's record.
        is_over: whether it has ended.
        pictures: what is kept elsewhere of it, a record each; empty where the folder has them.
    """

    key: str
    step: Step
    task_id: str | None
    accepted_at: float | None
    receipt: Receipt | None
    failure: Mapping[str, Any] | None = field(repr=False)
    is_over: bool
    pictures: tuple[Mapping[str, Any], ...] = field(repr=False, default=())
