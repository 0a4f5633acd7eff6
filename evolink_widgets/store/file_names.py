"""Makes readable, safe file names and one-line texts from prompts, and what a search compares.

A name is `2026-11-24_a-fox-in-the-snow_k3j2_1.png`: it begins with a date, so it is never a
name that Windows reserves, never hidden, never an option; it holds letters and digits of any
script, `-`, `_` and one dot; and it stays under 128 bytes, which every file system takes.
"""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from evolink_widgets.errors import StoreDamaged
from evolink_widgets.runtime.late_pattern import late_pattern
from evolink_widgets.store.safe_files import TRASH, is_there, make_new, remove

__all__ = [
    "DEFAULT_FOLDER",
    "KEY",
    "TRASH",
    "in_database",
    "in_file_system",
    "inside",
    "one_line",
    "search_text",
    "slug",
    "stem",
    "stems",
]

DEFAULT_FOLDER = "evolink_images"
"""What a store is called where it is called nothing else."""

KEY = late_pattern(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""What a task's local key looks like."""

_SLUG_CHARACTERS = 48
_SLUG_BYTES = 80
# On Windows a colon names a drive, or a second stream of a file.
_SEPARATORS = late_pattern(r"[/\\:\x00]")
_LONGEST_NAME = 255


def slug(prompt: str) -> str:
    """Return the prompt's first words as part of a file name; "picture" where none are left."""
    words = "".join(
        character if _plain(character) else " "
        for character in unicodedata.normalize("NFC", prompt[:1000]).lower()
    ).split()
    chosen = ""
    for word in words:
        longer = f"{chosen}-{word}" if chosen else word
        if _too_long(longer):
            break
        chosen = longer
    if not chosen and words:
        chosen = words[0][:_SLUG_CHARACTERS]
        while _too_long(chosen):
            chosen = chosen[:-1]
    return chosen or "picture"


def stem(prompt: str, mark: str, when: float) -> str:
    """Return the part of a name that all files of one set share.

    Args:
        prompt: what was asked; any text.
        mark: letters and digits that tell this set from others like it.
        when: Unix seconds; the name has the local date.
    """
    try:
        day = date.fromtimestamp(when).isoformat()
    except (OverflowError, OSError, ValueError):
        day = "0000-00-00"
    return f"{day}_{slug(prompt)}_{mark}"


def stems(folder: Path, prompt: str, mark: str, when: float) -> Iterator[str]:
    """Yield stems that the folder's file system surely takes, the most readable first.

    Args:
        folder: the store's; it is there.
        prompt: what was asked; any text.
        mark: letters and digits that tell this set from others like it.
        when: Unix seconds.
    """
    readable = stem(prompt, mark, when)
    for name in dict.fromkeys((readable, stem(_in_ascii(prompt), mark, when))):
        if name.isascii() or _is_taken(folder, name):
            yield name


def _in_ascii(text: str) -> str:
    # An accent goes, its letter stays; other scripts go.
    return unicodedata.normalize("NFKD", text[:1000]).encode("ascii", "ignore").decode("ascii")


def _is_taken(folder: Path, name: str) -> bool:
    """Tell whether a file may have this name there: by the encoding, and by trying it.

    Mounts for other systems (FAT, SMB) and some file systems refuse letters.
    """
    probe = folder / f".{secrets.token_hex(4)}{name}"
    try:
        if os.fsencode(name) != name.encode("utf-8"):
            return False  # a process with another locale would look for another name
        make_new(probe).close()
        try:
            return is_there(probe)
        finally:
            remove(probe)
    except (OSError, UnicodeError):
        return False


def inside(folder: Path, name: object) -> Path:
    """Return the file of this name in `folder`.

    Raises:
        StoreDamaged: it is no name, or one that leads elsewhere.
    """
    if not isinstance(name, str) or _SEPARATORS.search(name) or name in ("", ".", ".."):
        raise StoreDamaged(f"The database names a file outside the store: {name!r:.100}.")
    if len(name.encode("utf-8", "replace")) > _LONGEST_NAME:
        raise StoreDamaged(f"The database names a file outside the store: {name[:60]!r}….")
    path = folder / in_file_system(name)
    if path.name != name and is_there(folder / name) and not is_there(path):
        return folder / name  # an earlier version wrote it, in another encoding
    return path


def in_file_system(text: str) -> str:
    """Return a name or a path as this process has to spell it: its bytes are UTF-8.

    Where Python takes file names for another encoding (LC_ALL=C, Latin-1) the letters of a name
    are not its bytes.
    """
    if text.isascii() or os.name == "nt":
        return text
    return os.fsdecode(text.encode("utf-8", "surrogateescape"))


def in_database(name: str) -> str:
    """Return a file's name as it is written down: `in_file_system`, the other way round."""
    if name.isascii() or os.name == "nt":
        return name
    try:
        return os.fsencode(name).decode("utf-8")
    except UnicodeError:  # an earlier version wrote it in another encoding
        return name


def one_line(text: str, limit: int) -> str:
    """Return `text` in one line of at most `limit` characters, fit to be shown and saved.

    Lone surrogates and control characters become U+FFFD or a space: a notebook that holds
    them could not be written to its file.
    """
    line = " ".join(text[: limit * 4].split())
    line = "".join("\ufffd" if _unfit(character) else character for character in line)
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def search_text(prompt: str) -> str:
    """Return a prompt as the search compares it: no capitals in any script, one form a letter.

    Half surrogates, which SQLite can't keep, become "?", and NUL, where it ends a text, a space.
    """
    text = unicodedata.normalize("NFKC", prompt.replace("\0", " ")).casefold()
    return unicodedata.normalize("NFKC", text).encode("utf-8", "replace").decode("utf-8")


def _plain(character: str) -> bool:
    # Letters, digits, and the marks that many scripts write their vowels with.
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


def _too_long(text: str) -> bool:
    return len(text) > _SLUG_CHARACTERS or len(text.encode("utf-8", "replace")) > _SLUG_BYTES


def _unfit(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs")
