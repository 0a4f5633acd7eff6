"""Reads and checks paths that a person gives, before anything is done with them."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from evolink_widgets.errors import ConfigurationError, EvolinkError, StoreError
from evolink_widgets.problem import shown

__all__ = ["absolute", "is_same_folder", "path_of"]


def path_of(given: object, name: str, kind: type[EvolinkError] = StoreError) -> Path:
    """The path of that name, with the home folder in the place of `~`.

    Args:
        given: text, or something that has a path.
        name: how messages name it.
        kind: the error that is raised.

    Raises:
        EvolinkError: it is no path, or there is no such user; of that kind.
    """

    def refused(rule: str, advice: str = "Name it in full.") -> EvolinkError:
        return kind(f"{name} must be {rule}; it is {shown(given)}.", advice=advice)

    try:
        text = os.fspath(given)  # type: ignore[call-overload]
    except Exception:  # not only TypeError: an object may raise what it likes
        text = None
    if not isinstance(text, str):
        raise refused("a path, as text or pathlib.Path")
    if not text.strip():
        raise refused("a path, and not empty", 'The folder you are in is "."')
    if "\0" in text:
        raise refused("a path without NUL characters")
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise refused("a path that this machine's file system can spell") from None
    try:
        return Path(text).expanduser()
    except RuntimeError:
        user = Path(text).parts[0]
        raise refused(
            "a path whose home folder is known",
            f"There is no home folder {user} here: name it in full, or write ./{text}.",
        ) from None


def absolute(given: object, name: str, kind: type[EvolinkError] = StoreError) -> Path:
    """Return the absolute path of that name: a later change of the working folder changes nothing.

    Args:
        given: text, or something that has a path.
        name: how messages name it.
        kind: the error that is raised.

    Raises:
        EvolinkError: it is no path, or the folder that it is relative to is gone.
    """
    path = path_of(given, name, kind)
    try:
        return path.absolute()
    except OSError as exc:
        raise kind(
            f"{name} {shown(str(path))} is relative to the folder that this process works in, "
            "and that folder was deleted.",
            advice='Name the whole path: ew.configure(store="~/pictures").'
            if kind is ConfigurationError
            else "Name the whole path, or change to a folder that is there (os.chdir).",
        ) from exc


def is_same_folder(one: Path, other: Path) -> bool:
    """Tell whether two paths lead to one folder: by a link, a mount, or another spelling.

    Neither has to be there.
    """
    if one == other:
        return True
    with suppress(OSError, ValueError):
        return one.samefile(other)
    with suppress(OSError, ValueError):
        return os.path.realpath(one) == os.path.realpath(other)
    return False
