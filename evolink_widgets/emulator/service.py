"""The service's state without HTTP: tasks that age by the clock, credits, links.

Nothing runs in the background: a task's status is computed from its age whenever it is read, so
the clock may be turned by hand. Time and chance are arguments.
"""

from __future__ import annotations

import hashlib
import random
import string
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import ledger, life
from .checks import Ask, Refusal, address_is_public, read_ask
from .faults import Weather
from .files import FileShelf
from .gallery import Gallery
from .memory import Memory

__all__ = ["LINK_SECONDS", "Record", "Service"]

LINK_SECONDS = 24 * 3600
_ID_ALPHABET = string.ascii_lowercase + string.digits
_BEFORE = {"500 before": 500, "502 before": 502, "503 before": 503}
_AFTER = {"500 after": 500, "502 after": 502, "503 after": 503}
_SAY = {500: "internal_error", 502: "upstream_error", 503: "service_unavailable"}


@dataclass
class Record:
    """A task as the service keeps it.

    Attributes:
        number: how many tasks came before it; seeds its pictures, so the same prompt asked
            again gives others.
        seconds: how long it takes at speed 1.
        fate: the fault that was drawn for it when it was accepted, or "".
        stuck_at: since when it no longer stands still, for the fate "stuck".
        bad_links: how many of its links are served as expired.
    """

    id: str
    number: int
    created: float
    ask: Ask
    seconds: float
    reserved: float
    idempotency: str | None = None
    body_hash: str = ""
    fate: str = ""
    freed_at: float | None = None
    settled: bool = field(default=False, compare=False)


class Service:
    """The whole service but its HTTP. Safe for several threads.

    Args:
        clock: Unix seconds.
        seed: of chance; `None` draws ids that no other process has.
        speed: how much faster than the real service time passes in a task.
        weather: the faults to play.
        memory: a file in which tasks outlive this process; several may share it.
        balance, allowance: credits of the account and of the key (`None`: no limit of its own).
        rate: requests a second for each key, and the burst; `None` for no limit.
        may_call: which hosts may receive callbacks; default: public ones.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        seed: int | None = None,
        speed: float = 1.0,
        weather: Weather | None = None,
        memory: Path | None = None,
        balance: float = 10_000.0,
        allowance: float | None = 2_000.0,
        rate: tuple[float, float] | None = (200.0, 400.0),
        may_call: Callable[[str], bool] = address_is_public,
    ) -> None:
        self.clock = clock
        self.speed = speed
        self.weather = weather or Weather()
        self.counts: Counter[str] = Counter()
        self.account = ledger.Account(balance, allowance)
        self.gallery = Gallery()
        self.files = FileShelf(clock)
        self._may_call = may_call
        self._seed = seed
        self._chance = random.Random(seed)
        self._rate = rate
        self._tokens = (rate[1] if rate else 0.0, clock())
        self._tasks: dict[str, Record] = {}
        self._by_key: dict[str, str] = {}
        self._deciding: set[str] = set()
        self._lock = threading.RLock()
        self._memory = Memory(memory) if memory else None
        self._remember()

    # -- at the door ---------------------------------------------------------------------------

    def admit(self, place: str, key: str | None) -> None:
        """Check the key, the rate and the weather before a request is read.

        Raises:
            Refusal: 401, 429, or what the weather says.
        """
        self.counts[place] += 1
        if not key:
            raise Refusal(401, "invalid_api_key", "No key was sent.")
        self._take_token()

    def blow(self, name: str, seconds: float | None) -> None:
        """Play a fault that refuses a request unread.

        Raises:
            Refusal: where the fault is one of those.
        """
        if name in _BEFORE:
            status = _BEFORE[name]
            raise Refusal(status, _SAY[status], "The service is having a bad day.")
        if name == "429 retry-after":
            wait = 1.0 if seconds is None else seconds
            header = {"Retry-After": f"{wait:g}"}
            raise Refusal(429, "rate_limit_exceeded", "Too many requests.", headers=header)
        if name == "429":
            raise Refusal(429, "rate_limit_exceeded", "Too many requests.")
        if name == "402 key":
            raise ledger.key_is_empty()
        if name == "402 account":
            raise ledger.account_is_empty()
        if name == "401":
            raise Refusal(401, "invalid_api_key", "The key is not valid.")
        if name == "403":
            raise Refusal(403, "key_model_not_allowed", "This key may not use the model.")

    @staticmethod
    def blow_after(name: str) -> None:
        """Play a fault that comes after the request was accepted.

        Raises:
            Refusal: where the fault is one of those.
        """
        if name in _AFTER:
            status = _AFTER[name]
            raise Refusal(status, _SAY[status], "The service broke down while answering.")

    def _take_token(self) -> None:
        if self._rate is None:
            return
        per_second, burst = self._rate
        with self._lock:
            tokens, since = self._tokens
            now = self.clock()
            tokens = min(burst, tokens + max(0.0, now - since) * per_second)
            self._tokens = (tokens - 1 if tokens >= 1 else tokens, now)
        if tokens < 1:
            self.counts["rate limited"] += 1
            header = {"Retry-After": f"{(1 - tokens) / per_second:.3f}"}
            raise Refusal(429, "rate_limit_exceeded", "Too many requests.", headers=header)

    # -- tasks ---------------------------------------------------------------------------------

    def begin(self, idempotency: str | None) -> None:
        """Note that a POST with this key is being decided; a second one has to wait.

        Raises:
            Refusal: 409 `paid_outcome_unknown` while the first is still being decided.
        """
        with self._lock:
            if idempotency and idempotency in self._deciding:
                message = "The first request under this key is still being decided."
                raise Refusal(409, "paid_outcome_unknown", message)
            if idempotency:
                self._deciding.add(idempotency)

    def end(self, idempotency: str | None) -> None:
        """The POST is decided."""
        with self._lock:
            self._deciding.discard(idempotency or "")

    def create(self, body: object, idempotency: str | None = None) -> tuple[Record, bool]:
        """Accept a request, or find it again under its Idempotency-Key.

        Returns:
            the task, and whether it is an earlier one.

        Raises:
            Refusal: 400 with the field, 402, or 409 `idempotency_conflict`.
        """
        ask = read_ask(body, may_call=self._may_call)
        body_hash = hashlib.sha256(repr(ask).encode()).hexdigest()
        with self._lock:
            self._remember()
            if idempotency and (known := self._by_key.get(idempotency)):
                record = self._tasks[known]
                if record.body_hash != body_hash:
                    message = "This Idempotency-Key was used with a different request."
                    raise Refusal(409, "idempotency_conflict", message)
                self.counts["replayed"] += 1
                return record, True
            record = self._accept(ask, body_hash, idempotency)
        return record, False

    def _accept(self, ask: Ask, body_hash: str, idempotency: str | None) -> Record:
        self._settle_all()
        now = self.clock()
        number = len(self._tasks)
        chance = random.Random(f"{self._seed}/{number}/{ask.prompt}")
        letters = "".join(self._chance.choices(_ID_ALPHABET, k=8))
        fate = self.weather.strike("task")
        record = Record(
            id=f"task-unified-{int(now)}-{letters}",
            number=number,
            created=now,
            ask=ask,
            seconds=life.duration(ask, chance),
            reserved=life.most_cost(ask),
            idempotency=idempotency,
            body_hash=body_hash,
            fate=fate.name if fate else "",
        )
        self.account.reserve(record.id, record.reserved)
        self._tasks[record.id] = record
        if idempotency:
            self._by_key[idempotency] = record.id
        if self._memory:
            self._memory.append(record)
        self.counts["accepted"] += 1
        return record

    def find(self, task_id: str) -> Record:
        """The task with this id.

        Raises:
            Refusal: 400 `invalid_task_id`, or 404 `task_not_found`.
        """
        if not task_id.startswith("task-unified-"):
            raise Refusal(400, "invalid_task_id", "Not a task id.", param="task_id")
        with self._lock:
            if task_id not in self._tasks:
                self._remember()
            record = self._tasks.get(task_id)
        if record is None:
            raise Refusal(404, "task_not_found", "There is no such task.", param="task_id")
        return record

    def all(self) -> list[Record]:
        """All tasks, newest first."""
        with self._lock:
            self._remember()
            return sorted(self._tasks.values(), key=lambda r: (-r.created, -r.number))

    def ends_at(self, record: Record) -> float | None:
        """When the task ends, in Unix seconds; `None` while it is stuck."""
        seconds = record.seconds / self.speed
        if record.fate == "policy refusal":
            seconds = min(seconds, 3.0 / self.speed)
        if record.fate != "stuck":
            return record.created + seconds
        if record.freed_at is None and not any(f["name"] == "stuck" for f in self.weather.now):
            return None
        return None if record.freed_at is None else max(record.freed_at, record.created + seconds)

    def free_stuck(self) -> None:
        """Fair weather: tasks that stand still go on."""
        with self._lock:
            for record in self._tasks.values():
                if record.fate == "stuck" and record.freed_at is None:
                    record.freed_at = self.clock()

    def document(self, record: Record, link: Callable[[Record, int, int], str]) -> dict[str, Any]:
        """The task as GET gives it.

        Args:
            record: the task.
            link: makes the link of one picture from task, number and expiry in Unix seconds.
        """
        now = self.clock()
        ends = self.ends_at(record)
        done = (now - record.created) * self.speed / record.seconds
        document: dict[str, Any] = {
            "created": int(record.created),
            "id": record.id,
            "model": record.ask.model,
            "object": "image.generation.task",
            "progress": 0,
            "status": "pending",
            "type": "image",
            "task_info": {
                "can_cancel": False,
                "estimated_time": max(1, round(life.usual_duration(record.ask) / self.speed)),
            },
            "usage": {
                "billing_rule": "per_call" if record.ask.model.endswith("-beta") else "tokens",
                "credits_reserved": record.reserved,
                "user_group": "default",
            },
        }
        if ends is not None and now >= ends:
            self._settle(record)
            return self._ended(record, document, ends, link)
        if done > life.QUEUE_SHARE:
            share = (done - life.QUEUE_SHARE) / (1 - life.QUEUE_SHARE)
            moved = life.progress(share, random.Random(record.id))
            document["status"] = "processing"
            stuck = ends is None
            document["progress"] = moved if not stuck else 95 if done >= 1 else min(moved, 95)
        return document

    def row(self, record: Record) -> dict[str, Any]:
        """The task as the list gives it: without links."""
        document = self.document(record, lambda *_: "")
        return {
            "id": record.id,
            "status": document["status"],
            "model": record.ask.model,
            "type": "image",
            "progress": document["progress"],
            "created_at": int(record.created),
            "has_results": bool(document.get("results")),
            "has_error": "error" in document,
            "credits_used": document["usage"].get("credits_used", 0),
        }

    def _ended(
        self,
        record: Record,
        document: dict[str, Any],
        ends: float,
        link: Callable[[Record, int, int], str],
    ) -> dict[str, Any]:
        document["duration"] = round(ends - record.created, 2)
        if (error := _FAILURES.get(record.fate)) is not None:
            document["status"] = "failed"
            document["error"] = dict(error)
            document["usage"]["credits_used"] = 0
            return document
        expires = int(ends) + LINK_SECONDS
        document["status"] = "completed"
        document["progress"] = 100
        document["results"] = [link(record, number, expires) for number in self.delivered(record)]
        document["usage"]["credits_used"] = self._charge(record)
        return document

    def delivered(self, record: Record) -> list[int]:
        """The numbers of the pictures that the task delivers."""
        missing = record.ask.n - 1 if record.fate == "one missing" else None
        return [number for number in range(record.ask.n) if number != missing]

    def _charge(self, record: Record) -> float:
        if record.fate in _FAILURES:
            return 0.0
        return life.cost(record.ask, len(self.delivered(record)))

    def _settle(self, record: Record) -> None:
        with self._lock:
            if not record.settled:
                record.settled = True
                self.account.settle(record.id, self._charge(record))

    def _settle_all(self) -> None:
        now = self.clock()
        for record in self._tasks.values():
            ends = self.ends_at(record)
            if not record.settled and ends is not None and now >= ends:
                self._settle(record)

    def credits(self) -> Mapping[str, object]:
        """What `GET /v1/credits` answers."""
        with self._lock:
            self._remember()
            self._settle_all()
            return self.account.as_document()

    # -- pictures ------------------------------------------------------------------------------

    def picture(self, task_id: str, number: int) -> tuple[bytes, str]:
        """A finished picture and its MIME type. Takes a while: call it from a worker thread.

        Raises:
            Refusal: 404: there is none, or it is older than a day.
        """
        record = self.find(task_id)
        ends = self.ends_at(record)
        now = self.clock()
        if ends is None or now < ends or record.fate in _FAILURES:
            raise Refusal(404, "not_found", "There is no such picture.")
        if number not in self.delivered(record) or now >= ends + LINK_SECONDS:
            raise Refusal(404, "not_found", "There is no such picture.")
        return self.gallery.draw(record.id, number, record.ask, f"{self._seed}/{record.number}")

    def _remember(self) -> None:
        """Take in what other processes have written into the shared memory."""
        if self._memory is None:
            return
        for record in self._memory.news(known=self._tasks):
            self._tasks[record.id] = record
            self.account.reserved[record.id] = record.reserved
            if record.idempotency:
                self._by_key[record.idempotency] = record.id


_FAILURES = {
    "policy refusal": {
        "code": "content_policy_violation",
        "message": "The prompt was refused by the content policy.",
        "suggestion": "Change the prompt.",
    },
    "task failed": {
        "code": "service_error",
        "message": "The provider gave up.",
        "suggestion": "Try again later.",
    },
}
