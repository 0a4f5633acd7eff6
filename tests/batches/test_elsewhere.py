"""Pictures that stay in a bucket: put there by workers, named by manifests, bought once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import moto.server
import pytest
from clusters import SMALL, Served, prompts, rows, two_workers

import evolink_widgets as ew
from evolink_widgets.connect import state
from evolink_widgets.store import in_use


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket of a server on this machine; the credentials are in the environment."""
    server = moto.server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "planted")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "planted")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        fsspec.filesystem("s3").mkdir("animals")
        yield "s3://animals"
    server.stop()


@pytest.fixture(scope="module")
def client(bucket: str, folder: Path) -> Iterator[Any]:
    with two_workers(folder / "scratch") as found:
        yield found


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[Served]:
    found = Served(folder / "memory.jsonl", "--speed", "60")
    yield found
    found.close()


@pytest.fixture(autouse=True)
def driver(service: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(state, "now", state.State())
    monkeypatch.setattr(in_use, "choice", in_use.StoreInUse())
    monkeypatch.chdir(tmp_path)
    ew.configure(base_url=service.api, store=tmp_path / "driver")
    yield
    if state.now.session is not None:
        state.now.session.close()


def test_pictures_stay_in_the_bucket_and_books_at_home(
    client: Any, service: Served, bucket: str, tmp_path: Path
) -> None:
    how = {"on": client, "worker_store": tmp_path / "workers", "store": f"{bucket}/first"}
    b = ew.batch(rows(10), "a {animal}", **SMALL)
    run = b.create(**how).result(150)
    frame = run.to_frame()
    assert [row["errortype"] for row in frame] == [None] * 10
    files = fsspec.filesystem("s3")
    files.invalidate_cache()
    for row in frame:
        assert row["path"].startswith(f"{bucket}/first/pictures/")
        image = row["image"]
        assert files.info(row["path"])["size"] == image.bytes_count
        assert image.pil.size == (816, 816)
    named = [
        json.loads(line)
        for text in files.cat(files.glob(f"{bucket}/first/manifests/*.jsonl")).values()
        for line in text.splitlines()
    ]
    assert {one["prompt"] for one in named} == prompts(frame)
    assert sum(one["credits"] for one in named) == pytest.approx(ew.spending().total.charged)
    assert ew.spending().total.reserved == 0
    assert list((tmp_path / "driver").glob("*.png")) == []
    assert list((tmp_path / "workers").iterdir()) == []

    accepted = service.counts()["accepted"]
    again = b.create(**how).result(150)
    assert again.state.stored == 10
    assert again.to_frame()[3]["path"] == frame[3]["path"]
    more = ew.batch(rows(2), "a {animal}", repeats=3, **SMALL).create(**how).result(150)
    assert [row["reused"] for row in more.to_frame()] == [True, False, False] * 2
    assert len({row["path"] for row in more.to_frame()}) == 6
    assert service.counts()["accepted"] == accepted + 2, "only what is missing is bought"


def test_a_picture_elsewhere_says_what_it_can_not_do(
    client: Any, bucket: str, tmp_path: Path
) -> None:
    how = {"on": client, "worker_store": tmp_path / "workers", "store": f"{bucket}/second"}
    run = ew.batch(rows(1), "an ibex, {animal}", **SMALL).create(**how).result(150)
    [image] = run.images
    assert isinstance(image, ew.GeneratedImage)
    assert str(image) == run.to_frame()[0]["path"]
    assert image.save(tmp_path / image.path.name, bare=True).read_bytes() == image.bytes
    assert len(image.thumbnail(64)) < 10_000
    folder = run.export(tmp_path / "copy")
    [sample] = (folder / "metadata.jsonl").read_text("utf-8").splitlines()
    assert json.loads(sample)["sha256_of_original"] == image.sha256
    with pytest.raises(ew.StoreError, match="stays at s3://") as said:
        Path(image)
    assert "image.save" in str(said.value)
    with pytest.raises(ew.StoreError, match="stays at s3://"):
        print(image.favourite)


def test_a_bucket_that_can_not_be_written_to_is_said_before(
    client: Any, service: Served, tmp_path: Path
) -> None:
    b = ew.batch(rows(1), "a {animal}", **SMALL)
    how = {"on": client, "worker_store": tmp_path / "workers"}
    before = service.counts()["accepted"]
    for url, said in {
        "s3://nowhere/first": "can't be written to",
        "s3://key:secret@animals": "must have no user",
        "pictures": "must be an address such as",
        "nosuch://animals": "can't be reached here",
    }.items():
        with pytest.raises(ew.ConfigurationError, match=said) as error:
            b.create(store=url, **how)
        assert "secret@" not in str(error.value)
    with pytest.raises(ew.ConfigurationError, match="on names none"):
        b.create(store="s3://animals")
    assert service.counts()["accepted"] == before


def test_what_can_not_be_put_there_comes_home(
    client: Any, service: Served, bucket: str, tmp_path: Path
) -> None:
    """The bucket is gone once the first workers have looked: the pictures are not."""
    files = fsspec.filesystem("s3")
    files.mkdir("short-lived")
    b = ew.batch(rows(2), "a marten, {animal}", **SMALL)
    run = b.create(on=client, worker_store=tmp_path / "workers", store="s3://short-lived/x")
    files.invalidate_cache()
    files.rm("short-lived", recursive=True)
    frame = run.result(150).to_frame()
    assert [row["errortype"] for row in frame] == [None] * 2
    assert all(Path(row["path"]).parent == tmp_path / "driver" for row in frame)
