"""Every error that reaches a user: one tree, three facts each.

    EvolinkError
    ├── InvalidRequest (ValueError)    the request breaks a rule; nothing was sent
    ├── ConfigurationError             a setting is missing or wrong
    ├── UnknownPreset (KeyError)       no preset has this name
    ├── SpendingRefused                a cap or spend="never" stands in the way; nothing was sent
    │   └── BudgetExceeded
    ├── ServiceError                   the service answered no, or not at all
    │   ├── Unreachable                nothing was sent: DNS, connection or TLS failed
    │   ├── RequestRefused             400 and other 4xx
    │   │   ├── AuthenticationError    401
    │   │   ├── InsufficientCredits    402 (`.scope`: "key" or "account")
    │   │   ├── PermissionDenied       403
    │   │   ├── NotFound               404
    │   │   ├── RequestTooLarge        413
    │   │   └── RateLimited            429 (`.retry_after` seconds, or None)
    │   ├── ServiceUnavailable         5xx, or a reply that broke off
    │   └── BadReply                   an answer that is not what the contract says
    ├── OutcomeUnknown                 a paid POST went out and no task id came back
    ├── TaskFailed                     the service gave up on the task
    │   ├── ContentRefused             its content policy refused prompt or picture
    │   └── TaskCancelled
    ├── DownloadFailed                 a paid picture could not be fetched yet
    │   └── LinkExpired                its link is older than 24 hours
    ├── WaitingStopped                 we stopped waiting; the task goes on
    │   └── WaitTimeout (TimeoutError)
    ├── WrongProcess (RuntimeError)    made before a fork: the parent process has it
    └── StoreError                     files or database on this machine
        ├── StoreFull
        ├── StoreReadOnly
        ├── StoreDamaged
        └── StoreTooNew

Each error knows what happened (`message`), whether money was taken (`billed`) and what to do
now (`advice`); `str()` says all three in one line and never holds a key. Errors are pickled,
copied and sent between processes with all that they know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, ClassVar

from evolink_widgets.problem import Problem
from evolink_widgets.text.printable import printable

__all__ = [
    "AuthenticationError",
    "BadReply",
    "Billed",
    "BudgetExceeded",
    "ConfigurationError",
    "ContentRefused",
    "DownloadFailed",
    "EvolinkError",
    "InsufficientCredits",
    "InvalidRequest",
    "LinkExpired",
    "NotFound",
    "OutcomeUnknown",
    "PermissionDenied",
    "RateLimited",
    "RequestRefused",
    "RequestTooLarge",
    "ServiceError",
    "ServiceUnavailable",
    "SpendingRefused",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreReadOnly",
    "StoreTooNew",
    "TaskCancelled",
    "TaskFailed",
    "UnknownPreset",
    "Unreachable",
    "WaitTimeout",
    "WaitingStopped",
    "WrongProcess",
]


class Billed(Enum):
    """Whether the thing that failed took money.

    Example:
        >>> ew.errors.Billed.UNKNOWN.value
        'may have been charged'
    """

    NO = "not charged"
    YES = "charged"
    UNKNOWN = "may have been charged"
    LATER = "charged when it finishes"


class EvolinkError(Exception):
    """The root of the tree.

    Args:
        message: what happened, one sentence, without a key or a wall of text.
        billed: whether money was taken; each class has its own default.
        advice: what to do now, one sentence; each class has its own default.
        code: the service's own error code, where it gave one.
        status: the HTTP status, where there was one.
        request_id: the service's `X-Request-Id`, to name the call to its support.
        task_id: the service's task id, where there is one.

    Attributes:
        badge: "Recorded, not charged" on what a cassette replays: `billed` is then what was
            true when it was recorded. Empty elsewhere.

    Example:
        >>> try:
        ...     ew.generate("", n=12)
        ... except ew.EvolinkError as error:
        ...     print(error)
    """

    badge: str = ""
    default_billed: ClassVar[Billed] = Billed.NO
    default_advice: ClassVar[str] = "See the message above."

    def __init__(
        self,
        message: str,
        *,
        billed: Billed | None = None,
        advice: str | None = None,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        task_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.billed = self.default_billed if billed is None else billed
        self.advice = self.default_advice if advice is None else advice
        self.code = code
        self.status = status
        self.request_id = request_id
        self.task_id = task_id

    def __str__(self) -> str:
        named = f" [request {self.request_id}]" if self.request_id else ""
        return printable(f"{self._happened()} {self.charge}. {self.advice}{named}")

    @property
    def charge(self) -> str:
        """Whether it is charged now, in words: what is replayed is not."""
        return self.badge or self.billed.value.capitalize()

    def _happened(self) -> str:
        """What happened, in whole sentences."""
        ends = self.message.endswith((".", "?", "!", "…"))
        return self.message if ends else f"{self.message}."

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Made again from what it is, not from the arguments of its class."""
        return _made_again, (type(self), self.args, self.__dict__.copy())

    def _render_traceback_(self) -> list[str]:
        """One line instead of a wall of traceback: IPython shows what this returns."""
        return [f"{type(self).__name__}: {self}"]


def _made_again(
    kind: type[EvolinkError], args: tuple[object, ...], facts: dict[str, object]
) -> EvolinkError:
    """An error as it was before it was pickled or copied."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(facts)
    return error


class InvalidRequest(EvolinkError, ValueError):
    """The request breaks one or more rules; `problems` lists all of them.

    Example:
        >>> try:
        ...     ew.generate("", n=12)
        ... except ew.InvalidRequest as error:
        ...     print([problem.field for problem in error.problems])
    """

    default_advice = "Change the fields named above and ask again."

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(str(problem) for problem in self.problems))


class ConfigurationError(EvolinkError):
    """A setting (key, address, store, budget) is missing or wrong.

    Example:
        >>> try:
        ...     ew.configure(mode="free")
        ... except ew.ConfigurationError as error:
        ...     print(error.advice)
    """

    default_advice = "Correct the setting with ew.configure(...)."


class UnknownPreset(EvolinkError, KeyError):
    """No preset of this store has this name; the advice says which there are.

    Example:
        >>> ew.presets["poster"] = {"size": "2:3"}
        >>> try:
        ...     ew.presets["postr"]
        ... except ew.errors.UnknownPreset as error:
        ...     print(error.advice)
        Did you mean 'poster'?...
    """

    default_advice = "Look which there are: ew.presets."


class SpendingRefused(EvolinkError):
    """The user's own rule forbids this purchase; nothing was sent.

    Example:
        >>> ew.configure(spend="never")
        >>> try:
        ...     ew.generate("a fox that was never drawn").result()
        ... except ew.SpendingRefused as error:
        ...     print(error.message)
        >>> ew.configure(spend=None)
    """

    default_advice = "Raise the cap, or ask for less."


class BudgetExceeded(SpendingRefused):
    """The upper end of the estimate does not fit under a cap.

    Example:
        >>> try:
        ...     with ew.budget(credits=0.001):
        ...         ew.generate("a fox", fresh=True).result()
        ... except ew.BudgetExceeded as error:
        ...     print(error.message)
    """


class ServiceError(EvolinkError):
    """The service refused, failed or could not be reached.

    Example:
        >>> ew.weather("402 key")
        >>> try:
        ...     ew.generate("a fox", fresh=True).result()
        ... except ew.ServiceError as error:
        ...     print(error.billed.value)
    """

    default_advice = "Try again in a while."


class Unreachable(ServiceError):
    """Nothing was sent: the name, the connection or TLS failed before that.

    Example:
        >>> try:
        ...     ew.generate("a fox").result(timeout=60)
        ... except ew.errors.Unreachable as error:
        ...     print(error)  # nothing was sent: ask again when the network is back
        <1 picture (simulated): 'a fox'>
    """

    default_advice = "Check the network connection and the base_url, then ask again."


class RequestRefused(ServiceError):
    """The service read the request and said no (4xx).

    Example:
        >>> issubclass(ew.errors.AuthenticationError, ew.errors.RequestRefused)
        True
    """

    default_advice = "Change the request; sending it again unchanged will not help."


class AuthenticationError(RequestRefused):
    """401: the key is wrong or has expired.

    Example:
        >>> faults = ew.weather("401")
        >>> try:
        ...     ew.generate("a fox", fresh=True).result()
        ... except ew.errors.AuthenticationError as error:
        ...     print(error.billed.value, error.status)
        not charged 401
    """

    default_advice = "Check EVOLINK_API_KEY, or set a key with ew.configure(api_key=...)."


class InsufficientCredits(RequestRefused):
    """402: this key's allowance or the account's balance has run out.

    Args:
        scope: `"key"` or `"account"`: which of the two ran out; `None` where the service
            does not say.

    Example:
        >>> ew.weather("402 account")
        >>> try:
        ...     ew.generate("a fox", fresh=True).result()
        ... except ew.InsufficientCredits as error:
        ...     print(error.scope)
    """

    default_advice = "Top up the account, or raise this key's allowance."

    def __init__(self, message: str, *, scope: str | None = None, **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.scope = scope


class PermissionDenied(RequestRefused):
    """403: this key may not do that.

    Example:
        >>> faults = ew.weather("403")
        >>> try:
        ...     ew.generate("a fox", fresh=True).result()
        ... except ew.errors.PermissionDenied as error:
        ...     print(error.advice)
        Use another model, or a key that may use this one.
    """

    default_advice = "Use a key that may use this model."


class NotFound(RequestRefused):
    """404: there is no such task, file or address.

    Example:
        >>> ew.errors.NotFound("There is no such task.", status=404).status
        404
    """

    default_advice = "Check the id; results are kept for 24 hours."


class RequestTooLarge(RequestRefused):
    """413: the request has too many bytes.

    Example:
        >>> ew.errors.RequestTooLarge("The request has too many bytes.").billed.value
        'not charged'
    """

    default_advice = "Send references as links."


class RateLimited(RequestRefused):
    """429: too many requests; this one was not accepted.

    Args:
        retry_after: seconds the service asks us to wait; `None` where it does not say.

    Example:
        >>> ew.errors.RateLimited("Too many requests.", retry_after=30).retry_after
        30
    """

    default_advice = "Wait a moment and ask again."

    def __init__(self, message: str, *, retry_after: float | None = None, **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.retry_after = retry_after


class ServiceUnavailable(ServiceError):
    """5xx, a time-out, or a reply that broke off.

    Example:
        >>> issubclass(ew.errors.ServiceUnavailable, ew.ServiceError)
        True
    """


class BadReply(ServiceError):
    """The answer is not what the contract says: no JSON, or no task in it.

    Example:
        >>> try:
        ...     left = ew.credits().spendable
        ... except (ew.errors.BadReply, ew.errors.Unreachable):
        ...     left = None
    """


class OutcomeUnknown(EvolinkError):
    """A paid POST went out and no task id came back: it may have been charged.

    Args:
        cost: what it costs if it was accepted, in a sentence; `None` where that is not said.

    Example:
        >>> ew.weather("no list")
        >>> ew.weather("reply lost")
        >>> task = ew.generate("a fox", fresh=True)
        >>> isinstance(task.error, ew.OutcomeUnknown)  # once it has been looked for
    """

    default_billed = Billed.UNKNOWN
    default_advice = "Look again with ew.recover(); it is never sent twice by itself."

    def __init__(self, message: str, *, cost: str | None = None, **facts: object) -> None:
        super().__init__(message, **facts)  # type: ignore[arg-type]
        self.cost = cost

    def _happened(self) -> str:
        return " ".join(filter(None, (super()._happened(), self.cost)))


class TaskFailed(EvolinkError):
    """The service gave up on the task; failed tasks are not charged.

    Example:
        >>> ew.weather("task failed")
        >>> try:
        ...     ew.generate("a fox", fresh=True).result()
        ... except ew.TaskFailed as error:
        ...     print(error.billed.value)
    """

    default_advice = "Ask again."


class ContentRefused(TaskFailed):
    """The service's content policy refused the prompt or a reference.

    Example:
        >>> ew.weather("policy refusal")
        >>> try:
        ...     ew.generate("a fox", fresh=True).result()
        ... except ew.ContentRefused as error:
        ...     print(error.advice)
    """

    default_advice = "Change the prompt or the reference; unchanged, it is refused again."


class TaskCancelled(TaskFailed):
    """The service cancelled the task.

    Example:
        >>> issubclass(ew.errors.TaskCancelled, ew.TaskFailed)
        True
    """


class DownloadFailed(EvolinkError):
    """A picture that was paid for could not be fetched yet; it is not lost.

    Example:
        >>> task = ew.generate("a fox")
        >>> if isinstance(task.error, ew.DownloadFailed):
        ...     task.resume()
    """

    default_billed = Billed.YES
    default_advice = "Fetch it again with ew.recover(); links live for 24 hours."


class LinkExpired(DownloadFailed):
    """The picture's link is older than 24 hours, and the service gives no new one.

    Example:
        >>> issubclass(ew.errors.LinkExpired, ew.DownloadFailed)
        True
    """

    default_advice = "The service no longer has the picture; ask its support, naming the task."


class WaitingStopped(EvolinkError):
    """We stopped waiting; what was sent goes on and is collected later.

    `billed` says how far it was: not sent, nothing charged; sent, perhaps accepted; accepted,
    charged when it finishes; finished, charged.

    Example:
        >>> task = ew.generate("a fox")
        >>> task.stop()
        >>> isinstance(task.error, ew.WaitingStopped)
    """

    # Who raises it knows whether anything was sent, and says so.
    default_billed = Billed.UNKNOWN
    default_advice = "Wait again with task.resume(), or collect it later with ew.recover()."


class WaitTimeout(WaitingStopped, TimeoutError):
    """`result(timeout=...)` ran out; the task goes on.

    Example:
        >>> task = ew.generate("a fox")
        >>> try:
        ...     images = task.result(timeout=0.001)
        ... except ew.WaitTimeout:
        ...     images = task.result()
    """

    default_advice = "Call task.result() again; nothing was abandoned."


class WrongProcess(EvolinkError, RuntimeError):
    """A task was made before a fork: the parent process has it, and this one only a copy.

    Example:
        >>> def pictures(task):  # also in the child of a fork
        ...     try:
        ...         return task.result()
        ...     except ew.errors.WrongProcess:
        ...         return ew.generate(task.recipe).result()  # the store answers
        >>> pictures(ew.generate("a fox"))
        <1 picture (simulated): 'a fox'>
    """

    default_billed = Billed.UNKNOWN
    default_advice = (
        "In this process ask with ew.generate(...), which the store answers, or collect with "
        "ew.recover() what its own process has left."
    )


class StoreError(EvolinkError):
    """Files or the database of the store on this machine.

    Example:
        >>> try:
        ...     ew.recover()
        ... except ew.StoreError as error:
        ...     print(error.advice)
    """

    default_advice = "Check the store's folder."


class StoreFull(StoreError):
    """The disk or the quota is full.

    Example:
        >>> ew.errors.StoreFull("The disk is full.").billed.value
        'not charged'
    """

    default_advice = "Free some space, then run ew.recover()."


class StoreReadOnly(StoreError):
    """The store's folder can't be written to.

    Example:
        >>> issubclass(ew.errors.StoreReadOnly, ew.StoreError)
        True
    """

    default_advice = "Choose another folder with ew.configure(store=...)."


class StoreDamaged(StoreError):
    """The store's database, or a file in it, is not what was written.

    Example:
        >>> issubclass(ew.errors.StoreDamaged, ew.StoreError)
        True
    """

    default_advice = "Restore it from a copy; the pictures themselves are plain files beside it."


class StoreTooNew(StoreError):
    """A newer version of this package wrote the store.

    Example:
        >>> issubclass(ew.errors.StoreTooNew, ew.StoreError)
        True
    """

    default_advice = "Upgrade evolink-widgets, or choose another folder."
