"""References get links: one upload for each content, whatever the service's weather."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from services import AGENT, KEY, Emulated, InProcess, OnPort, Scripted
from uploads import kept, stored, uploader

from evolink_widgets.core import loop
from evolink_widgets.core.service.transport import Reply, Transport
from evolink_widgets.core.settings.keys import Key
from evolink_widgets.core.shared.upload import BELIEVED, Uploader
from evolink_widgets.errors import (
    AuthenticationError,
    BadReply,
    EvolinkError,
    RequestRefused,
    RequestTooLarge,
    ServiceUnavailable,
    StoreDamaged,
    Unreachable,
)
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.store.uploads import KEPT

Program = Callable[..., "subprocess.Popen[str]"]


def link_of(asking: Uploader, digest: str) -> str:
    (link,) = loop.wait_on_loop(asking.links([kept_name(digest)]), 60)
    return link


def fetched(emulator: Emulated, link: str) -> bytes:
    async def fetch() -> bytes:
        transport = emulator.transport()
        async with transport.download(link) as reply:
            data = b"".join([chunk async for chunk in reply.chunks])
        await transport.close()
        return data

    return loop.wait_on_loop(fetch(), 10)


def test_a_link_leads_to_the_very_bytes(emulator: Emulated, tmp_path: Path) -> None:
    digest = kept(tmp_path, size=(700, 500))  # more than one piece
    link = link_of(uploader(emulator, tmp_path), digest)
    assert stored(emulator, digest) == [link]
    assert hashlib.sha256(fetched(emulator, link)).hexdigest() == digest


def test_links_stay_and_every_kept_one_is_exchanged_in_its_place(
    emulator: Emulated, tmp_path: Path
) -> None:
    first, second = kept(tmp_path), kept(tmp_path)
    given = [kept_name(first), "https://example.com/a.png", kept_name(second), kept_name(first)]
    links = loop.wait_on_loop(uploader(emulator, tmp_path).links(given), 60)
    assert links[1] == "https://example.com/a.png"
    assert links[0] == links[3]
    assert [links[0]] == stored(emulator, first)
    assert [links[2]] == stored(emulator, second)


def test_many_at_once_upload_once(emulator: Emulated, tmp_path: Path) -> None:
    digest = kept(tmp_path)
    askers = [uploader(emulator, tmp_path, name=f"session {number}") for number in range(4)]

    async def all_at_once() -> set[str]:
        asks = [asking.links([kept_name(digest)]) for asking in askers for _ in range(8)]
        return {link for (link,) in await asyncio.gather(*asks)}

    assert list(loop.wait_on_loop(all_at_once(), 60)) == stored(emulator, digest)


WEATHERS: dict[str, list[tuple[str, dict[str, object]]]] = {
    "fair": [],
    "reply lost": [("reply lost", {"times": 2})],
    "broken replies": [("malformed json", {}), ("no task", {}), ("502 after", {})],
    "errors after": [("500 after", {"times": 2}), ("503 after", {})],
    "errors before": [("500 before", {"times": 2}), ("502 before", {}), ("503 before", {})],
    "too many": [("429", {"times": 2}), ("429 retry-after", {"seconds": 0.05})],
    "slow and lost": [("slow", {"seconds": 0.2, "times": 3}), ("reply lost", {})],
    "everything": [("429", {}), ("reply lost", {}), ("500 before", {}), ("malformed json", {})],
}  # fmt: skip


@pytest.mark.parametrize("weather", WEATHERS)
def test_whatever_the_weather_there_is_one_upload(
    weather: str, in_process: InProcess, tmp_path: Path
) -> None:
    digest = kept(tmp_path)
    for fault, how in WEATHERS[weather]:
        in_process.play(fault, on="files", **how)
    link = link_of(uploader(in_process, tmp_path), digest)
    assert stored(in_process, digest) == [link]


@pytest.mark.parametrize("weather", ["fair", "reply lost", "everything"])
def test_two_kernels_in_a_storm_upload_once(
    weather: str, on_port: OnPort, tmp_path: Path, program: Program
) -> None:
    digest = kept(tmp_path)
    kernels = [
        program("uploading.py", tmp_path, on_port.api, on_port.media, digest, 8) for _ in range(2)
    ]
    for kernel in kernels:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "ready\n"
    for fault, how in WEATHERS[weather]:
        on_port.play(fault, on="files", **how)
    (tmp_path / "go").touch()
    said = [kernel.communicate(timeout=90) for kernel in kernels]
    links = {link for out, _ in said for link in out.split()}
    assert [complaint for _, complaint in said] == ["", ""]
    on_port.play("fair")
    assert list(links) == stored(on_port, digest)


def test_an_upload_whose_kernel_died_over_it_is_found_and_not_repeated(
    in_process: InProcess, tmp_path: Path
) -> None:
    digest = kept(tmp_path)
    # It gives up while nobody knows whether the file arrived, as a kernel does that dies there.
    in_process.play("reply lost", on="files", times=None)
    with pytest.raises(ServiceUnavailable):
        link_of(uploader(in_process, tmp_path, download=()), digest)
    in_process.play("fair")
    (before,) = stored(in_process, digest)
    assert link_of(uploader(in_process, tmp_path, name="two"), digest) == before
    assert stored(in_process, digest) == [before]


def test_it_is_remembered_for_72_hours_and_renewed_then(tmp_path: Path) -> None:
    now = [time.time()]
    emulator = InProcess(clock=lambda: now[0])
    digest = kept(tmp_path)
    first = link_of(uploader(emulator, tmp_path, clock=lambda: now[0]), digest)
    now[0] += KEPT - 3600
    again = link_of(uploader(emulator, tmp_path, name="two", clock=lambda: now[0]), digest)
    assert again == first
    assert stored(emulator, digest) == [first]
    now[0] += 3600
    renewed = link_of(uploader(emulator, tmp_path, name="three", clock=lambda: now[0]), digest)
    assert renewed != first
    assert stored(emulator, digest) == [renewed]


def test_a_link_that_leads_nowhere_is_renewed(in_process: InProcess, tmp_path: Path) -> None:
    digest = kept(tmp_path)
    link = link_of(uploader(in_process, tmp_path), digest)
    (file,) = in_process.service.files.all()
    in_process.service.files.delete(file.id)
    later = link_of(uploader(in_process, tmp_path, name="a later kernel"), digest)
    assert later != link
    assert stored(in_process, digest) == [later]


def test_a_link_is_looked_after_in_the_same_kernel_too(tmp_path: Path) -> None:
    now = [time.time()]
    emulator = InProcess(clock=lambda: now[0])
    digest = kept(tmp_path)
    asking = uploader(emulator, tmp_path, clock=lambda: now[0])
    link = link_of(asking, digest)
    emulator.service.files.delete(emulator.service.files.all()[0].id)
    assert link_of(asking, digest) == link, "it was seen to work a moment ago"
    now[0] += BELIEVED
    later = link_of(asking, digest)
    assert later != link
    assert stored(emulator, digest) == [later]


def test_links_that_the_service_refuses_are_renewed_once(
    in_process: InProcess, tmp_path: Path
) -> None:
    digest = kept(tmp_path)
    names = [kept_name(digest), "https://example.com/a.png"]
    asking = uploader(in_process, tmp_path)

    async def refused() -> set[str]:
        links = await asking.links(names)
        in_process.service.files.delete(in_process.service.files.all()[0].id)

        async def one() -> str:  # each of several tasks was refused with the same link
            await asking.renew(names, links)
            return (await asking.links(names))[0]

        first = await one()
        return {first, *await asyncio.gather(one(), one())}

    assert list(loop.wait_on_loop(refused(), 30)) == stored(in_process, digest)


def test_a_full_account_is_a_clear_error(in_process: InProcess, tmp_path: Path) -> None:
    picture = (tmp_path / ".references" / f"{kept(tmp_path)}.png").read_bytes()
    for number in range(100):
        in_process.service.files.put(picture, name=f"{number}.png")
    digest = kept(tmp_path)
    with pytest.raises(RequestRefused, match="100 of 100 files") as caught:
        link_of(uploader(in_process, tmp_path), digest)
    assert caught.value.code == "file_quota"
    assert "72 hours" in caught.value.advice
    assert "Not charged" in str(caught.value)
    in_process.service.files.delete(in_process.service.files.all()[-1].id)
    assert link_of(uploader(in_process, tmp_path), digest), "the turn was given back"


def test_a_key_that_is_not_accepted_is_said_so_at_once(
    in_process: InProcess, tmp_path: Path
) -> None:
    digest = kept(tmp_path)
    in_process.play("401", on="files")
    with pytest.raises(AuthenticationError):
        link_of(uploader(in_process, tmp_path), digest)
    assert in_process.counts()["files"] == 1


def answering(status: int, body: bytes) -> Scripted:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})

    return Scripted(app)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (413, b'{"success": false, "code": 413, "msg": "too large"}', RequestTooLarge),
        (413, b"<html>nginx</html>", RequestTooLarge),
        (200, b'{"success": false, "code": 413, "msg": "too large"}', RequestTooLarge),
        (200, b'{"success": false, "msg": "no such picture"}', RequestRefused),
        (400, b'{"success": false, "code": 400, "msg": "not a picture"}', RequestRefused),
        (200, b'{"success": true, "data": {"file_url": "file:///etc/passwd"}}', BadReply),
        (200, b'{"success": true, "data": {"file_url": 7}}', BadReply),
        (200, b'{"success": true, "data": null}', BadReply),
        (200, b"\xff\xfe", BadReply),
        (500, b"", ServiceUnavailable),
    ],
)
def test_odd_answers_are_typed_errors(
    status: int, body: bytes, error: type[EvolinkError], tmp_path: Path
) -> None:
    asking = uploader(answering(status, body), tmp_path)
    with pytest.raises(error) as caught:
        link_of(asking, kept(tmp_path))
    assert KEY not in str(caught.value)
    assert caught.value.advice


def test_a_dead_files_service_is_unreachable_and_the_next_ask_is_free(
    on_port: OnPort, tmp_path: Path
) -> None:
    digest = kept(tmp_path)
    nowhere = "http://127.0.0.1:9"
    connections = Transport(Key(KEY, "a test"), (nowhere,), agent=AGENT)
    dead = uploader(on_port, tmp_path, transport=connections, base_url=nowhere, name="dead")
    with pytest.raises(Unreachable, match="files service"):
        link_of(dead, digest)
    link = link_of(uploader(on_port, tmp_path), digest)
    assert stored(on_port, digest) == [link]


def test_bytes_that_are_not_in_the_store_are_not_sent(
    in_process: InProcess, tmp_path: Path
) -> None:
    digest = kept(tmp_path)
    asking = uploader(in_process, tmp_path)
    (tmp_path / ".references" / f"{digest}.png").write_bytes(b"another picture")
    with pytest.raises(StoreDamaged, match="was changed"):
        link_of(asking, digest)
    assert in_process.counts().get("files", 0) == 0


class Watching(Transport):
    """Connections that note how large the pieces are that go out."""

    pieces: list[int]

    async def call(self, method: str, url: str, *, stream: Any = None, **more: Any) -> Reply:
        async def watched() -> AsyncIterator[bytes]:
            async for piece in stream:
                self.pieces.append(len(piece))
                yield piece

        return await super().call(method, url, stream=stream and watched(), **more)


def test_a_large_file_goes_out_in_pieces(on_port: OnPort, tmp_path: Path) -> None:
    digest = kept(tmp_path, size=(2200, 1500))  # 10 MB
    connections = Watching(Key(KEY, "a test"), (on_port.api,), agent=AGENT)
    connections.pieces = []
    link = link_of(uploader(on_port, tmp_path, transport=connections), digest)
    assert max(connections.pieces) <= 1 << 18
    assert sum(connections.pieces) > 9_000_000
    assert hashlib.sha256(fetched(on_port, link)).hexdigest() == digest
