"""Keys that hosts keep, each played by a stand-in for the module that the host brings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import evolink_widgets as ew
from evolink_widgets.connect import state
from evolink_widgets.core.settings.kept_keys import KEYRING, SCOPE, kept_key
from evolink_widgets.core.settings.keys import KEY_VARIABLE
from evolink_widgets.errors import ConfigurationError

SECRET = "sk-evo-3f9c1d7be2a84c60"
Keep = Callable[[str, str | Exception], None]


def give(value: str | Exception) -> str:
    if isinstance(value, Exception):
        raise value
    return value


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Puts what is kept into a host, and this process into that host."""

    def module(name: str, **members: Any) -> None:
        made = ModuleType(name)
        vars(made).update(members)
        monkeypatch.setitem(sys.modules, name, made)

    def put(host: str, value: str | Exception) -> None:
        asked = {KEY_VARIABLE: value}
        if host == "Colab's secrets":
            module("google.colab")
            module("google.colab.userdata", get=lambda name: give(asked[name]))
        elif host == "Kaggle's secrets":
            monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
            client = SimpleNamespace(get_secret=lambda name: give(asked[name]))
            module("kaggle_secrets", UserSecretsClient=lambda: client)
        elif host == "Databricks' secrets":
            monkeypatch.setenv("DATABRICKS_RUNTIME_VERSION", "17.3")
            secrets = SimpleNamespace(get=lambda scope, key: give({SCOPE: asked}[scope][key]))
            shell = SimpleNamespace(user_ns={"dbutils": SimpleNamespace(secrets=secrets)})
            module("IPython", get_ipython=lambda: shell)
        else:
            module("keyring", get_password=lambda name, user: give({KEYRING: asked}[name][user]))

    put("the keyring", "")  # the developer's own is not asked
    return put


HOSTS = ("Colab's secrets", "Kaggle's secrets", "Databricks' secrets", "the keyring")


@pytest.mark.parametrize("host", HOSTS)
def test_a_key_of_the_host_is_found_and_its_source_named(keep: Keep, host: str) -> None:
    assert kept_key() is None
    keep(host, f" {SECRET}\n")
    key = kept_key()
    assert key is not None
    assert key.source == host
    assert key.authorization() == f"Bearer {SECRET}"
    assert SECRET not in repr(key)


@pytest.mark.parametrize("host", HOSTS)
def test_what_a_host_keeps_and_is_too_short_for_a_key_is_named_by_the_host(
    keep: Keep, host: str
) -> None:
    keep(host, "qzj")
    with pytest.raises(ConfigurationError, match=f"from {host} is shorter than 8") as refused:
        kept_key()
    assert "qzj" not in str(refused.value)


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_that_refuses_is_passed_over(keep: Keep, host: str) -> None:
    keep(host, PermissionError("this notebook may not read it"))
    assert kept_key() is None


def test_the_environment_goes_before_what_is_kept_and_the_emulator_asks_for_neither(
    keep: Keep, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(state, "now", state.State())
    keep("the keyring", SECRET)
    ew.configure(store=f"{tmp_path}/store", spend="never")
    assert ew.session().key_source == "the keyring"
    monkeypatch.setenv(KEY_VARIABLE, "sk-from-the-shell")
    ew.configure()
    assert ew.session().key_source == KEY_VARIABLE
    monkeypatch.delenv(KEY_VARIABLE)
    ew.configure(mode="emulator")
    assert ew.session().service == "emulator"


def test_what_was_found_stays_until_configure_asks_again(
    keep: Keep, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(state, "now", state.State())
    ew.configure(store=f"{tmp_path}/store")
    assert ew.session().service == "emulator"
    keep("the keyring", SECRET)
    ew.configure(spend="never")  # the session is made anew, the key is not
    assert ew.session().service == "emulator"
    ew.configure()
    assert ew.session().key_source == "the keyring"
