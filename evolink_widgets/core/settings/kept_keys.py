"""Keys that the host or the operating system keeps: Colab, Kaggle, Databricks, `keyring`.

They are asked after `configure(api_key=)` and `EVOLINK_API_KEY`, in this order, and only where
there is such a host. One that has no key for us, or does not let this notebook read it, is
passed over. Of a key that is found its source is named and nothing else.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

from evolink_widgets.core.settings.keys import KEY_VARIABLE, Key
from evolink_widgets.store.in_use import bare

__all__ = ["KEYRING", "SCOPE", "kept_key"]

SCOPE = "evolink"
"""The scope of Databricks' secrets that is looked into."""
KEYRING = "evolink_widgets"
"""The service under which `keyring` keeps the key; the user name is `EVOLINK_API_KEY`."""


def kept_key() -> Key | None:
    """The first key that a store of secrets has for us; `None` where none has.

    Raises:
        ConfigurationError: what is kept cannot be a key; the message does not hold it.
    """
    for source, ask in _SOURCES:
        try:
            found = ask()
        except Exception:  # each has errors of its own: no such secret, no permission, no network
            continue
        if isinstance(found, str) and (text := bare(found)):
            return Key(text, source)
    return None


def _colab() -> Any:
    if "google.colab" not in sys.modules:
        return None
    return importlib.import_module("google.colab.userdata").get(KEY_VARIABLE)


def _kaggle() -> Any:
    if "KAGGLE_KERNEL_RUN_TYPE" not in os.environ:
        return None
    return importlib.import_module("kaggle_secrets").UserSecretsClient().get_secret(KEY_VARIABLE)


def _databricks() -> Any:
    if "DATABRICKS_RUNTIME_VERSION" not in os.environ:
        return None
    shell: Any = sys.modules["IPython"].get_ipython()
    return shell.user_ns["dbutils"].secrets.get(scope=SCOPE, key=KEY_VARIABLE)


def _keyring() -> Any:
    return importlib.import_module("keyring").get_password(KEYRING, KEY_VARIABLE)


_SOURCES = (
    ("Colab's secrets", _colab),
    ("Kaggle's secrets", _kaggle),
    ("Databricks' secrets", _databricks),
    ("the keyring", _keyring),
)
