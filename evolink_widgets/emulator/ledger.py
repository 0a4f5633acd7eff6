"""The account behind a key: what is left, what is set aside, what was taken."""

from __future__ import annotations

from dataclasses import dataclass, field

from .checks import Refusal

__all__ = ["Account"]


@dataclass
class Account:
    """One account with one key; the key may have an allowance of its own.

    Attributes:
        balance: credits of the account.
        allowance: credits of this key; `None` is no limit of its own.
        used: credits taken so far.
        reserved: credits set aside, by task.
    """

    balance: float = 10_000.0
    allowance: float | None = 2_000.0
    used: float = 0.0
    reserved: dict[str, float] = field(default_factory=dict)

    def reserve(self, task_id: str, credits: float) -> None:
        """Set credits aside.

        Raises:
            Refusal: 402, naming whose credits do not suffice.
        """
        held = sum(self.reserved.values())
        if self.allowance is not None and self.used + held + credits > self.allowance:
            raise key_is_empty()
        if self.used + held + credits > self.balance:
            raise account_is_empty()
        self.reserved[task_id] = credits

    def settle(self, task_id: str, credits: float) -> None:
        """Take what the task came to; the rest of what was set aside is free again."""
        if self.reserved.pop(task_id, None) is not None:
            self.used = round(self.used + credits, 4)

    def as_document(self) -> dict[str, object]:
        """What `GET /v1/credits` answers."""
        held = sum(self.reserved.values())
        limit = self.balance if self.allowance is None else self.allowance
        return {
            "success": True,
            "message": "",
            "data": {
                "token": {
                    "remaining_credits": round(limit - self.used - held, 4),
                    "used_credits": self.used,
                    "unlimited_credits": self.allowance is None,
                },
                "user": {
                    "remaining_credits": round(self.balance - self.used - held, 4),
                    "used_credits": self.used,
                },
            },
        }


def key_is_empty() -> Refusal:
    """402 for the key's own allowance."""
    return Refusal(402, "insufficient_token_quota", "This key's allowance does not suffice.")


def account_is_empty() -> Refusal:
    """402 for the account's balance."""
    return Refusal(402, "insufficient_user_quota", "The account's balance does not suffice.")
