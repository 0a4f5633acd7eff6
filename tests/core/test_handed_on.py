"""What is handed on says what a picture is and what it cost; it opens nothing and names no account.

Looked for in every byte: the address that is told of a task's end (its path is often a secret),
and the ids by which the service, and whoever has the key, finds tasks and requests.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import evolink_widgets as ew
from evolink_widgets.core.session import Session
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.journal.journal import Step

pytestmark = pytest.mark.usefixtures("own_settings")

HOOK = "https://hooks.example.org/services/T0AQ81/the-secret-path"
SMALL = {"size": "816x816", "quality": "low"}


def pieces(*places: Path) -> Iterator[tuple[str, bytes]]:
    """All that is in some files and folders, zip files unpacked; with the names."""
    for place in places:
        for path in [place, *place.rglob("*")]:
            if zipfile.is_zipfile(path) if path.is_file() else False:
                with zipfile.ZipFile(path) as archive:
                    yield from ((name, archive.read(name)) for name in archive.namelist())
            elif path.is_file():
                yield path.name, path.read_bytes() + path.name.encode()


def telling(secrets: list[str], found: Iterator[tuple[str, bytes]]) -> list[tuple[str, str]]:
    """Which secret stands in which piece: as it is, or as JSON and HTML spell it."""
    pieces = list(found)
    assert pieces
    spelled = {one: {one.encode(), one.replace("/", "\\/").encode()} for one in secrets}
    return [
        (name, secret)
        for name, data in pieces
        for secret, words in spelled.items()
        if any(word in data for word in words)
    ]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A store with a picture, and an edit of a photo, each with an address to call back."""
    ew.configure(store=tmp_path / "mine", library=[], spend="allow", speed=1000)
    photo = tmp_path / "photo.png"
    Image.new("RGB", (300, 300), "teal").save(photo)
    ew.generate("a fox", callback_url=HOOK, **SMALL).result(60)
    ew.generate("a hare", references=[photo], callback_url=HOOK, **SMALL).result(60)
    return ew.session()


@pytest.fixture
def ids(session: Session) -> list[str]:
    """What the service and this machine call what was asked."""
    rows = session.store.database.rows("SELECT * FROM tasks")
    receipts = [json.loads(row["receipt"]) for row in rows]
    found = [one for row in rows for one in (row["task_id"], row["idempotency_key"])]
    found += [one["request_id"] for one in receipts]
    assert len(found) == 6
    assert all(found)
    return found


def test_the_journal_alone_has_the_address(session: Session, tmp_path: Path) -> None:
    database = session.store.database
    for table, column, times in (
        ("tasks", "request", 1),
        ("tasks", "recipe", 0),
        ("sets", "recipe", 0),
    ):
        rows = database.rows(f"SELECT {column} FROM {table}")
        assert [row[0].count(HOOK) for row in rows] == [times, times]
    beside = sorted((tmp_path / "mine").glob("20*"))
    assert len(beside) == 4
    assert telling(["the-secret-path"], pieces(*beside)) == []


def test_copies_exports_and_datasets_tell_neither(
    session: Session, ids: list[str], tmp_path: Path
) -> None:
    images = list(ew.Gallery().images)
    out = tmp_path / "out"
    for format in ("png", "jpeg", "webp"):
        for image in images:
            image.save(out, format=format)
    manifest = export_zip(images, out / "some.zip")
    rows = [{"prompt": "a fox"}, {"prompt": "an owl"}]
    run = ew.batch(rows, repeats=1, callback_url=HOOK, **SMALL).create().result()
    for format in ("imagefolder", "webdataset", "parquet"):
        run.export(out / format, format=format)
    owls = [json.loads(row["receipt"])["request_id"] for row in session.store.database.rows(
        "SELECT receipt FROM tasks")]  # fmt: skip
    assert telling(["the-secret-path", *ids, *owls], pieces(out)) == []
    with zipfile.ZipFile(manifest) as archive:
        tasks = json.loads(archive.read("manifest.json"))["tasks"]
    assert all(one["credits"] > 0 for one in tasks), "what they cost is said"


def test_a_library_tells_neither_and_answers_with_what_it_cost(
    session: Session, ids: list[str], tmp_path: Path
) -> None:
    library = tmp_path / "library"
    ew.store.publish(library)
    notebook = Path(__file__).name
    assert telling(["the-secret-path", notebook, *ids], pieces(library)) == []
    [fox] = [one for one in ew.Gallery().images if one.recipe.request.prompt == "a fox"]
    costs = [json.loads(row["receipt"])["charged"] for row in session.store.database.rows(
        "SELECT receipt FROM tasks")]  # fmt: skip
    ew.configure(store=tmp_path / "theirs", library=library, spend="never")
    task = ew.generate("a fox", callback_url=HOOK, **SMALL)
    assert task.result(60)[0].sha256 == fox.sha256
    reused = task.state.reused
    assert reused is not None
    assert str(reused).startswith("from the library library, drawn on ")
    assert reused.credits in costs
    # Taken over for good, and published once more, it is the same.
    ew.configure(library=[])
    assert ew.store.merge(library).pictures == 2
    ew.store.publish(tmp_path / "again")
    assert telling(["the-secret-path", *ids], pieces(tmp_path / "again")) == []
    assert len(list((tmp_path / "again").glob("20*.json"))) == 2


def test_a_whole_store_goes_along_without_the_address(
    session: Session, ids: list[str], tmp_path: Path
) -> None:
    # An older version had it in recipes, too.
    with session.store.database.write() as connection:
        for table in ("tasks", "sets"):
            connection.execute(
                f"UPDATE {table} SET recipe = json_set(recipe, '$.request.callback_url', ?)",
                (HOOK,),
            )
    packed = ew.store.pack(tmp_path / "home.zip")
    assert telling(["the-secret-path"], pieces(packed)) == []
    assert telling([ids[0]], pieces(packed)), "it is the person's own journal"
    ew.configure(store=tmp_path / "elsewhere")
    assert ew.store.merge(packed).tasks == 2
    entries = [ew.session().store.journal.get(row["key"]) for row in
               ew.session().store.database.rows("SELECT key FROM tasks")]  # fmt: skip
    assert [one.step for one in entries if one is not None] == [Step.SAVED, Step.SAVED]
    # The store itself has kept what its journal needs.
    assert HOOK in session.store.database.rows("SELECT request FROM tasks")[0]["request"]


def test_a_notebook_does_not_tell_the_address(session: Session) -> None:
    task = ew.generate("a fox", callback_url=HOOK, **SMALL)
    images = task.result(60)
    link = "https://files.example.org/photo.png?X-Amz-Signature=0123456789abcdef0123456789abcdef"
    batch = ew.batch([{"animal": "fox"}], prompt="a {animal}", references=[link],
                     callback_url=f"{HOOK}/{{animal}}", **SMALL)  # fmt: skip
    panels = [ew.ImageGrid(task), ew.ImageStudio(), ew.Gallery()]
    shown = [repr(one) for one in (task, task.request, task.recipe, images, images[0])]
    shown += [str(panel.get_state()) for panel in panels]
    shown += [panel._static_html() for panel in panels if hasattr(panel, "_static_html")]
    shown += [json.dumps(images._repr_mimebundle_()), images[0].as_code(), task.recipe.as_code()]
    shown += [str(task._repr_mimebundle_()), repr(ew.spending()), str(ew.spending()._repr_html_())]
    shown += [repr(batch), str(batch._repr_html_()), str(ew.BatchView(batch).get_state())]
    told = [(one[:60], one.encode()) for one in shown]
    assert telling(["the-secret-path", "T0AQ81", "0123456789abcdef"], iter(told)) == []
    assert "callback_url='https://hooks.example.org/…'" in repr(task.request)
