"""Error bodies of the two documented APIs, and the exceptions that become them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["FileRefusal", "Refusal", "bad"]

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "invalid_request_error",
    413: "request_too_large_error",
    429: "rate_limit_error",
    500: "internal_server_error",
    502: "upstream_error",
    503: "service_unavailable_error",
}
"""The documented type for each status; 405 and 409 are not documented and read like 400."""


class Refusal(Exception):
    """The image API says no.

    Attributes:
        status: the HTTP status.
        body: the documented error body; `param` in it names the field at fault.
        headers: what goes with it, such as Retry-After.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        error = {"code": code, "message": message, "type": _TYPES.get(status, "error")}
        if param:
            error["param"] = param
        self.body: dict[str, Any] = {"error": error}


class FileRefusal(Exception):
    """The files API says no, in its own shape of error body."""

    def __init__(
        self, status: int, message: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        self.body: dict[str, Any] = {"success": False, "code": status, "msg": message}

    @classmethod
    def of(cls, refusal: Refusal) -> FileRefusal:
        """Word an image API's refusal as the files API does."""
        return cls(refusal.status, str(refusal), headers=refusal.headers)


def bad(param: str, message: str) -> Refusal:
    """400 for one field of the request."""
    return Refusal(400, "invalid_parameters", message, param=param)
