"""Whom TLS trusts: the roots of certifi, or those that `SSL_CERT_FILE` or `SSL_CERT_DIR` name."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from evolink_widgets.core.service.proxies import SettingFault

__all__ = ["FILE", "FOLDER", "roots_named_by", "trusted"]

FILE = "SSL_CERT_FILE"
FOLDER = "SSL_CERT_DIR"


def roots_named_by(environment: Mapping[str, str] | None = None) -> str | None:
    """The variable that names the roots; `None` where they are certifi's."""
    found = os.environ if environment is None else environment
    return next((name for name in (FILE, FOLDER) if found.get(name)), None)


def trusted(
    usual: Callable[[], ssl.SSLContext], environment: Mapping[str, str] | None = None
) -> ssl.SSLContext:
    """The TLS context for all connections.

    Args:
        usual: makes the one that is used where the environment names no roots.
        environment: by default the process's own.

    Raises:
        SettingFault: the roots that it names can't be read.
    """
    found = os.environ if environment is None else environment
    name = roots_named_by(found)
    if name is None:
        return usual()
    return _of_file(found[name]) if name == FILE else _of_folders(found[name])


def _of_file(path: str) -> ssl.SSLContext:
    rule = f"must name a file of certificates in PEM form; {path!r}"
    try:
        with Path(path).open("rb"):  # OpenSSL says of all that is wrong: no certificate
            pass
        return ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        raise SettingFault(FILE, f"{rule} holds none that can be read") from None
    except (OSError, ValueError) as exc:
        raise SettingFault(FILE, f"{rule} {_why(exc)}") from None


def _of_folders(paths: str) -> ssl.SSLContext:
    """Folders, as OpenSSL lists them; one that is not there would only fail each handshake."""
    rule = f"must name a folder of certificates as c_rehash makes it; {paths!r}"
    try:
        listed = [path for path in paths.split(os.pathsep) if path]
        if not any(_holds_files(Path(path)) for path in listed):
            raise SettingFault(FOLDER, f"{rule} holds none")
        return ssl.create_default_context(capath=paths)
    except ssl.SSLError:
        raise SettingFault(FOLDER, f"{rule} can't be used") from None
    except (OSError, ValueError) as exc:
        raise SettingFault(FOLDER, f"{rule} {_why(exc)}") from None


def _holds_files(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return next(entries, None) is not None


def _why(exc: Exception) -> str:
    if isinstance(exc, FileNotFoundError):
        return "is not there"
    if isinstance(exc, PermissionError):
        return "may not be read"
    if isinstance(exc, IsADirectoryError):
        return "is a folder"
    return f"can't be read ({getattr(exc, 'strerror', None) or type(exc).__name__})"
