"""A folder from a stranger is opened: nothing outside it is written, read, removed or fetched."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_stores import (
    KINDS,
    MARK,
    READY,
    SAVED,
    SECRET,
    TRASHED,
    Trapped,
    picture,
    store_with_everything,
    trapped,
)
from services import OnPort, quick

from evolink_widgets import errors
from evolink_widgets.core.session import Session
from evolink_widgets.emulator.contract.refusal import FileRefusal, Refusal
from evolink_widgets.emulator.service.service import Service
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store import Cap, Query, Store
from evolink_widgets.store.gallery.archive import export_zip
from evolink_widgets.store.gallery.copies.embed import read_recipe
from evolink_widgets.store.gallery.pictures import GeneratedImage

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and pipes are POSIX's")

SEEDS = len(KINDS) + 12
BODY = {"model": "gpt-image-2", "prompt": "a fox", "size": "816x816", "quality": "low"}


class Stranger(http.server.ThreadingHTTPServer):
    """An address of the stranger's; it counts who comes."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Stranger)
        self.server.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(SECRET)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def stranger() -> Iterator[Stranger]:
    with Stranger() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def base(served: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("base") / "evolink_images"
    store_with_everything(root, served[0].removeprefix("http://"))
    return root


class Visit:
    """All that a user does with a store, as far as it can be done; notes what came out of it."""

    def __init__(self, store: Trapped, emulator: OnPort, elsewhere: Path) -> None:
        self.trapped = store
        self.elsewhere = elsewhere
        self.emulator = emulator
        self.came_out: list[bytes] = []
        self.odd: list[str] = []
        self.done = 0

    @contextlib.contextmanager
    def act(self) -> Iterator[None]:
        """What fails here fails as the package's own error, and nothing else."""
        try:
            yield
            self.done += 1
        except (errors.EvolinkError, FileRefusal, Refusal) as error:
            self.came_out.append(str(error).encode("utf-8", "replace"))
        except Exception as error:
            self.odd.append(f"{type(error).__name__}: {error}")

    def all(self) -> None:
        """Everything, one after the other."""
        self.elsewhere.mkdir()
        session = self.emulator.session(self.trapped.root, retry=quick())
        try:
            self.core(session)
            self.look(session.store)
            self.change(session.store)
        finally:
            session.close()
            session.store.close()
        self.merge()
        self.emulate()

    def core(self, session: Session) -> None:
        with self.act():
            session.outstanding()
        with self.act():
            for task in session.recover():
                with self.act():
                    task.result(20)
        for prompt, n in (("a hare", 1), (f"a {SAVED}", 2)):
            with self.act():
                request = ImageRequest(prompt, n=n, size="816x816", quality="low")
                for image in session.submit(request, fresh=False).result(20):
                    self.take_out(image)
        with self.act():
            digest = next(iter(self.references()))
            request = ImageRequest(
                "b", size="816x816", quality="low", references=(kept_name(digest),)
            )
            session.submit(request, fresh=True).result(20)

    def look(self, store: Store) -> None:
        for query in (Query(), Query(trashed=True), Query(text="saved")):
            with self.act():
                store.gallery.count(query)
            with self.act():
                for image in store.gallery.page(query, 0, 50):
                    self.take_out(image)
        for key in (SAVED, TRASHED, READY):
            with self.act():
                export_zip(list(store.gallery.images(key)), self.elsewhere / f"{key}.zip")
            for number in range(2):
                with self.act():
                    self.take_out(store.gallery.find(key, number))
        for act in (store.gallery.facets, store.prompts, store.ledger.spent, store.presets.all):
            with self.act():
                self.came_out.append(repr(act()).encode())
        for digest in self.references():
            with self.act():
                self.came_out.append(store.uploads.file_of(digest).read_bytes())

    def references(self) -> list[str]:
        import hashlib

        return [hashlib.sha256(data).hexdigest() for data in (picture("reference"), SECRET)]

    def take_out(self, image: GeneratedImage) -> None:
        """Everything that shows or copies a picture."""
        for act in (
            lambda: image.bytes,
            lambda: image.pil.tobytes(),
            lambda: image.save(self.elsewhere).read_bytes(),
            lambda: image.save(self.elsewhere, bare=True).read_bytes(),
            lambda: image.thumbnail(64),
            lambda: repr(image._repr_mimebundle_()).encode(),
            lambda: repr(read_recipe(image.path)).encode(),
        ):
            with self.act():
                self.came_out.append(act())

    def change(self, store: Store) -> None:
        now = time.time()
        both = [(key, number) for key in (SAVED, TRASHED) for number in range(2)]
        for act in (
            lambda: store.gallery.trash(both, now=now),
            lambda: store.gallery.restore(both),
            lambda: store.gallery.trash(both[:3], now=now),
            lambda: store.gallery.favourite(both, True),
            lambda: store.gallery.empty_trash(before=now + 9),
            lambda: store.uploads.keep(picture("kept"), self.references()[1], "png"),
            lambda: store.presets.put("mine", {"size": "1:1"}),
            lambda: store.ledger.settle_ended(),
        ):
            with self.act():
                act()
        granted = False
        with self.act():
            store.ledger.reserve("new", 1.0, now=now, service="x", caps=[Cap(8.0)])
            granted = True
        if granted and self.is_ours():
            self.odd.append("a cap was passed")

    def is_ours(self) -> bool:
        """Whether what was charged before is still on the books that were asked."""
        return not any(name.startswith("database") for name in self.trapped.kinds)

    def merge(self) -> None:
        mine = Store(self.elsewhere / "mine")
        with self.act():
            mine.merge(self.trapped.root)
        with self.act():
            for image in mine.gallery.page(Query(), 0, 50):
                self.take_out(image)
        mine.presets["one"] = {"n": 2}
        mine.close()
        theirs = Store(self.trapped.root)
        with self.act():
            theirs.merge(self.elsewhere / "mine")
        theirs.close()

    def emulate(self) -> None:
        with self.act():
            service = Service(memory=self.trapped.root / ".emulator.jsonl", speed=200)
            with self.act():
                service.create(BODY)
            with self.act():
                service.files.put(picture("upload"))
            for stored in service.files.all():
                with self.act():
                    self.came_out.append(service.files.read(stored.id)[0])
                service.files.hold(stored.id)
                self.came_out.append(service.files.held(stored.id) or b"")
            for name in ("file-0123456789ab-00000000", "../outside/secret.txt"):
                with self.act():
                    self.came_out.append(service.files.held(name) or b"")
                    service.files.hold(name)

    def leaks(self) -> list[str]:
        """Where what lies outside has come out, or stands now in a file of a store."""
        # A database under its second name is the store's own, and a merge was asked for.
        is_shared = "database_is_a_second_name" in self.trapped.kinds
        found = [str(number) for number, data in enumerate(self.came_out) if MARK in data]
        for folder in (self.trapped.root, self.elsewhere):
            for path in folder.rglob("*"):
                if is_shared and path.name.startswith("evolink.sqlite"):
                    continue
                if path.is_file() and not path.is_symlink() and path.stat().st_nlink == 1:
                    found += [path.name] if MARK in path.read_bytes() else []
        return found


def visited(
    seed: int, base: Path, folder: Path, served: tuple[str, str], stranger: Stranger
) -> Visit:
    emulator = OnPort(*served)
    store = trapped(seed, base, folder, emulator.name, stranger.address)
    stranger.asked.clear()
    visit = Visit(store, emulator, folder / "elsewhere")
    thread = threading.Thread(target=visit.all, daemon=True)  # a pipe holds up whoever opens it
    thread.start()
    thread.join(90)
    assert not thread.is_alive(), f"{store.kinds}: it waits for ever"
    return visit


def test_our_own_store_is_visited_without_a_trap(
    base: Path, tmp_path: Path, served: tuple[str, str], stranger: Stranger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(KINDS, next(iter(KINDS)), lambda store: None)
    visit = visited(0, base, tmp_path, served, stranger)
    assert visit.odd == []
    assert visit.done > 60  # what is tried on the hostile ones works on this
    assert visit.trapped.outside.changes() == []


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_outside_a_hostile_store_is_written_read_removed_or_fetched(
    seed: int, base: Path, tmp_path: Path, served: tuple[str, str], stranger: Stranger
) -> None:
    visit = visited(seed, base, tmp_path, served, stranger)
    kinds = visit.trapped.kinds
    assert kinds
    assert visit.trapped.outside.changes() == [], kinds
    assert stranger.asked == [], kinds
    assert visit.leaks() == [], kinds
    assert visit.odd == [], kinds


def test_what_is_read_outside_would_be_noticed(tmp_path: Path) -> None:
    from hostile_stores import Outside

    outside = Outside(tmp_path / "outside")
    outside.take_down()
    assert outside.changes() == []
    (outside.folder / "secret.txt").read_bytes()
    assert outside.changes() == ["secret.txt"]
    (outside.folder / "new").write_text("")
    assert "new" in outside.changes()


def test_a_refused_store_is_told_with_what_to_do(
    base: Path, tmp_path: Path, served: tuple[str, str]
) -> None:
    seed = list(KINDS).index("trigger_on_the_ledger")
    store = trapped(seed, base, tmp_path, served[0].removeprefix("http://"), "http://x.invalid")
    before = (store.root / "evolink.sqlite").read_bytes()
    with pytest.raises(errors.StoreDamaged, match="the trigger free") as caught:
        Store(store.root).ledger.spent()
    assert "ew.configure(store=...)" in caught.value.advice
    assert (store.root / "evolink.sqlite").read_bytes() == before
    assert json.dumps(caught.value.message)
