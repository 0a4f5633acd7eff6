"""Accounts behind the API keys: credits left, set aside and taken."""

from __future__ import annotations

from typing import Any

from evolink_widgets.emulator.contract.refusal import Refusal

__all__ = ["Account", "Accounts", "account_is_empty", "key_is_empty"]


class Account:
    """One account with any number of keys, each with the same allowance of its own.

    Args:
        balance: credits of the account.
        allowance: credits of each key; `None` is no limit of its own.
    """

    def __init__(self, balance: float = 10_000.0, allowance: float | None = 2_000.0) -> None:
        self.balance = balance
        self.allowance = allowance
        self._used: dict[str, float] = {}
        self._held: dict[str, tuple[str, float]] = {}

    @property
    def used(self) -> float:
        """Credits taken so far."""
        return round(sum(self._used.values()), 4)

    @property
    def held(self) -> float:
        """Credits set aside for tasks that have not ended."""
        return round(sum(credits for _, credits in self._held.values()), 4)

    def check(self, key: str, credits: float) -> None:
        """Whether so much can be set aside.

        Raises:
            Refusal: 402, naming whose credits do not suffice.
        """
        if self.allowance is not None and self._of_key(key) + credits > self.allowance:
            raise key_is_empty()
        if self.used + self.held + credits > self.balance:
            raise account_is_empty()

    def hold(self, task_id: str, key: str, credits: float) -> None:
        """Set credits aside for a task.

        Args:
            task_id: the task.
            key: the API key that asks.
            credits: how many; settled or released by the task's id.
        """
        self._held[task_id] = (key, credits)

    def settle(self, task_id: str, credits: float) -> None:
        """Take what the task came to; the rest of what was set aside is free again."""
        found = self._held.pop(task_id, None)
        if found is not None:
            self._used[found[0]] = round(self._used.get(found[0], 0.0) + credits, 4)

    def document(self, key: str) -> dict[str, Any]:
        """Return the reply of `GET /v1/credits` to a caller with this key."""
        left = round(self.balance - self.used - self.held, 4)
        of_key = left
        if self.allowance is not None:
            of_key = round(self.allowance - self._of_key(key), 4)
        return {
            "success": True,
            "message": "",
            "data": {
                "token": {
                    "remaining_credits": of_key,
                    "used_credits": self._used.get(key, 0.0),
                    "unlimited_credits": self.allowance is None,
                },
                "user": {"remaining_credits": left, "used_credits": self.used},
            },
        }

    def _of_key(self, key: str) -> float:
        held = sum(credits for owner, credits in self._held.values() if owner == key)
        return self._used.get(key, 0.0) + held


class Accounts:
    """The accounts by name: one behind all keys, or one behind each.

    Args:
        balance: credits of each account.
        allowance: credits of each key; `None` is no limit of its own.
        apart: whether each key is an account of its own.
    """

    def __init__(
        self, balance: float = 10_000.0, allowance: float | None = 2_000.0, *, apart: bool = False
    ) -> None:
        self.apart = apart
        self._balance = balance
        self._allowance = allowance
        self._known: dict[str, Account] = {}

    def name_of(self, owner: str) -> str:
        """The name of the account behind a key, which is given as its digest."""
        return owner if self.apart else ""

    def of(self, owner: str) -> Account:
        """The account behind a key."""
        name = self.name_of(owner)
        return self._known.get(name) or Account(self._balance, self._allowance)

    def hold(self, task_id: str, owner: str, credits: float) -> None:
        """Set credits aside for a task of this key.

        Args:
            task_id: the task.
            owner: the API key that asks.
            credits: how many; settled or released by the task's id.
        """
        account = self._known.setdefault(self.name_of(owner), self.of(owner))
        account.hold(task_id, owner, credits)

    @property
    def used(self) -> float:
        """Credits taken so far, of all accounts."""
        return round(sum(account.used for account in self._known.values()), 4)

    @property
    def held(self) -> float:
        """Credits set aside for tasks that have not ended, of all accounts."""
        return round(sum(account.held for account in self._known.values()), 4)


def key_is_empty() -> Refusal:
    """402 for the key's own allowance."""
    return Refusal(402, "insufficient_token_quota", "This key's allowance does not suffice.")


def account_is_empty() -> Refusal:
    """402 for the account's balance."""
    return Refusal(402, "insufficient_user_quota", "The account's balance does not suffice.")
