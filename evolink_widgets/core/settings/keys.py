"""Where the API key comes from, and the object that keeps it out of sight.

The chain: an argument, then the environment variable `EVOLINK_API_KEY`, then what the host keeps
(`kept_keys`). Nothing of the key is ever shown, only where it came from.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from typing import NoReturn

from evolink_widgets.core.settings.redaction import TELLING, Redaction
from evolink_widgets.errors import ConfigurationError
from evolink_widgets.printable import printable
from evolink_widgets.store.in_use import bare, variable
from evolink_widgets.store.process_globals import lasting

__all__ = ["KEY_VARIABLE", "TELLING", "Key", "find_key"]

KEY_VARIABLE = "EVOLINK_API_KEY"


class Key:
    """An API key that shows its source and never itself.

    It has no `str` of the secret, no attribute that a debugger's list of locals would print,
    cannot be pickled, and is compared in constant time.
    """

    __slots__ = ("__reveal", "__weakref__", "redaction", "source")

    def __init__(self, secret: str, source: str) -> None:
        _check(secret, source)
        # A closure and not a string: object inspectors print attributes, not cells.
        self.__reveal: Callable[[], str] = lambda: secret
        self.source = source
        self.redaction = Redaction(secret)

    def authorization(self) -> str:
        """The value of the Authorization header; for the transport alone."""
        return f"Bearer {self.__reveal()}"

    def fingerprint(self) -> str:
        """A name for this key within this process, from which it cannot be computed back.

        Salted anew in each process, so that it is worthless if it ever leaves one.
        """
        return hmac.new(_SALT, self.__reveal().encode(), hashlib.sha256).hexdigest()

    def hide_in(self, text: str) -> str:
        """`text` without the key, nor any `TELLING` characters of it in a row, however escaped.

        Services like to quote a refused key, masked in the middle.
        """
        return self.redaction.text(text)

    def __repr__(self) -> str:
        return printable(f"<Key from {self.source}>")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Key):
            return NotImplemented
        return hmac.compare_digest(self.__reveal().encode(), other.__reveal().encode())

    def __hash__(self) -> int:
        return hash(self.fingerprint())

    def __reduce__(self) -> NoReturn:
        raise TypeError("A key is not pickled: it must not leave the process.")


_SALT = lasting(f"{__name__} salt", lambda: os.urandom(16))


def _check(secret: str, source: str) -> None:
    """Refuse what cannot stand in a header; an HTTP library would quote it in its error."""
    if not isinstance(secret, str):
        raise ConfigurationError(
            f"The API key from {source} is {type(secret).__name__}, and must be a string."
        )
    if not secret:
        raise ConfigurationError(f"The API key from {source} is empty.")
    if not (secret.isascii() and secret.isprintable()) or set(secret) & set(" \"'`"):
        raise ConfigurationError(
            f"The API key from {source} has characters that no key has "
            "(spaces, quotes, line ends or non-ASCII).",
            advice="Copy it again, without what stands around it.",
        )


def find_key(
    argument: str | Key | None = None, environment: Mapping[str, str] | None = None
) -> Key | None:
    """The key to use: the argument, else `EVOLINK_API_KEY`, else `None` (the emulator).

    Space and quotes around a key are cut off: pasted keys bring a line end, and what reads
    `.env` files does not always take the quotes away (`docker --env-file` does not).

    Raises:
        ConfigurationError: the key cannot be one; the message does not hold it.
    """
    if isinstance(argument, Key):
        return argument
    if argument is not None:
        text = bare(argument) if isinstance(argument, str) else argument
        return Key(text, "configure(api_key=…)")
    found = variable(KEY_VARIABLE, os.environ if environment is None else environment)
    return Key(found, KEY_VARIABLE) if found else None
