"""Settings as people's machines have them: folders that are none, quoted keys, a folder gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from services import environment

from evolink_widgets.core.settings.keys import find_key
from evolink_widgets.errors import ConfigurationError, StoreError
from evolink_widgets.store.gallery.copies.embed import read_recipe
from evolink_widgets.store.in_use import folder, variable
from evolink_widgets.store.store import Store

NO_PATHS: dict[str, Any] = {
    "empty": "",
    "blank": " \n",
    "of no user": "~surely-no-such-user/pictures",
    "bytes": b"pictures",
    "a number": 7,
    "with NUL": "pic\0tures",
    "half a surrogate pair": "pic\ud83dtures",
}


@pytest.mark.parametrize("given", NO_PATHS.values(), ids=NO_PATHS)
def test_a_store_that_is_no_path_is_refused_with_its_value_and_a_rule(given: object) -> None:
    for use in (folder, Store):
        with pytest.raises(ConfigurationError) as caught:
            use(given)  # type: ignore[arg-type]
        said = str(caught.value)
        assert "store must be a path" in said
        assert repr(given)[:20] in said
        assert "\0" not in said


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no pictures")
    with pytest.raises(ConfigurationError, match=r"must be a folder; .*notes\.txt' is a file"):
        folder(tmp_path / "notes.txt")


def test_a_store_may_be_named_by_anything_that_has_a_path(tmp_path: Path) -> None:
    class Named:
        def __fspath__(self) -> str:
            return str(tmp_path / "pictures")

    assert folder(Named()) == folder(str(tmp_path / "pictures")) == tmp_path / "pictures"
    assert folder("~/pictures") == Path.home() / "pictures"


@pytest.mark.parametrize("given", [NO_PATHS["of no user"], "", b"x.png", "x\0.png"], ids=repr)
def test_other_paths_are_read_the_same_way(given: Any, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="path must be a path"):
        read_recipe(given)
    with pytest.raises(StoreError, match="The other store must be a path"):
        Store(tmp_path).merge(given)


GONE = """
import os, sys
import evolink_widgets as ew
os.rmdir(os.getcwd())
{settings}
try:
    print(len(ew.generate("a fox", size="816x816", quality="low").result(30)))
except ew.ConfigurationError as error:
    print(error)
"""


def in_a_folder_that_is_gone(settings: str, folder: Path, **variables: str) -> str:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", GONE.format(settings=settings)],
        cwd=folder, env={**environment(), **variables}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use is not deleted there")
def test_where_the_current_folder_was_deleted_a_relative_store_says_so(tmp_path: Path) -> None:
    said = in_a_folder_that_is_gone("ew.configure(speed=200)", tmp_path / "gone")
    assert said.startswith("store 'evolink_images' is relative to the folder that this process ")
    assert "that folder was deleted" in said
    assert "Not charged." in said
    assert "ew.configure(store=" in said


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use is not deleted there")
def test_where_the_current_folder_was_deleted_a_whole_path_works(tmp_path: Path) -> None:
    whole = f"ew.configure(speed=200, store={str(tmp_path / 'pictures')!r})"
    assert in_a_folder_that_is_gone(whole, tmp_path / "gone") == "1"
    named = in_a_folder_that_is_gone(
        "ew.configure(speed=200)", tmp_path / "again", EVOLINK_STORE=str(tmp_path / "others")
    )
    assert named == "1"
    assert any((tmp_path / "others").iterdir())


@pytest.mark.parametrize("quoted", ['"{}"', "'{}'", " `{}`\n", "\"'{}'\"", ' " {} " ', "{}\r\n"])
def test_quotes_and_space_around_a_key_are_cut_off(quoted: str) -> None:
    secret = "sk-evo-0123456789"
    written = quoted.format(secret)
    for found in (find_key(written), find_key(environment={"EVOLINK_API_KEY": written})):
        assert found is not None
        assert found.authorization() == f"Bearer {secret}"
    assert variable("ANY", {"ANY": written}) == secret


@pytest.mark.parametrize(
    "written", ["sk-evo'0123456789", '"sk-evo-0123456789', "sk-evo 0123456789", "“sk-evo-0123”"]
)
def test_a_quote_or_space_inside_a_key_is_refused_without_showing_it(written: str) -> None:
    with pytest.raises(ConfigurationError, match="characters that no key has") as caught:
        find_key(written)
    assert "sk-evo" not in str(caught.value)


@pytest.mark.parametrize("written", ['""', "''", "' '"])
def test_nothing_in_quotes_is_no_key(written: str) -> None:
    assert find_key(environment={"EVOLINK_API_KEY": written}) is None
    with pytest.raises(ConfigurationError, match="is empty"):
        find_key(written)


def test_the_other_variables_are_read_the_same_way(tmp_path: Path) -> None:
    code = "import evolink_widgets as ew; s = ew.session(); print(s.store.root, s.may_spend)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**environment(), "EVOLINK_STORE": '"~/pictures"', "EVOLINK_SPEND": "'Never' ",
             "HOME": str(tmp_path), "USERPROFILE": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [os.fspath(tmp_path / "pictures"), "False"]
