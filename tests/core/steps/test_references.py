"""A request with references: uploaded before its POST, the same request whatever its links are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from services import InProcess
from uploads import kept, stored

from evolink_widgets.core.session import Session
from evolink_widgets.emulator.http.app import FILES_URL
from evolink_widgets.errors import EvolinkError, InvalidRequest, RequestRefused, StoreDamaged
from evolink_widgets.rules.request.links import kept_name
from evolink_widgets.rules.request.request import ImageRequest

Open = Callable[..., Session]
LINK = "https://example.com/a.png"


@pytest.fixture
def asking(
    in_process: InProcess, open_session: Open, tmp_path: Path
) -> tuple[Session, str, list[list[str]]]:
    """A session, a reference that its store keeps, and the links that each POST carries."""
    session = open_session(in_process, files_url=FILES_URL)
    digest = kept(tmp_path / "pictures")
    sent: list[list[str]] = []
    create = in_process.service.create

    def watched(body: Any, *args: Any, **more: Any) -> Any:
        sent.append(body.get("image_urls", []))
        return create(body, *args, **more)

    in_process.service.create = watched  # type: ignore[method-assign]
    return session, digest, sent


def request(digest: str, **fields: Any) -> ImageRequest:
    return ImageRequest("make it night", size="816x816", quality="low",
                        references=[kept_name(digest), LINK], **fields)  # fmt: skip


def test_the_post_carries_links_and_everything_else_the_name(
    asking: tuple[Session, str, list[list[str]]], in_process: InProcess
) -> None:
    session, digest, sent = asking
    task = session.submit(request(digest))
    task.result(30)
    (link,) = stored(in_process, digest)
    assert sent == [[link, LINK]]
    assert task.request.references == (kept_name(digest), LINK)
    assert link not in json.dumps(task.recipe.to_record())
    assert kept_name(digest) in task.recipe.as_code()


def test_the_store_answers_when_the_link_is_another(
    asking: tuple[Session, str, list[list[str]]], in_process: InProcess
) -> None:
    session, digest, sent = asking
    first = session.submit(request(digest)).result(30)
    in_process.service.files.delete(in_process.service.files.all()[0].id)
    again = session.submit(request(digest), execution=None)
    assert [image.path for image in again.result(30)] == [image.path for image in first]
    assert len(sent) == 1


def test_what_cannot_be_uploaded_is_not_asked_for_and_costs_nothing(
    asking: tuple[Session, str, list[list[str]]], in_process: InProcess
) -> None:
    session, digest, sent = asking
    in_process.play("401", on="files", times=None)
    task = session.submit(request(digest))
    with pytest.raises(EvolinkError) as caught:
        task.result(30)
    assert caught.value.billed.value == "not charged"
    assert sent == []
    assert session.store.ledger.spent().total == 0
    assert session.store.journal.open_entries() == []


def test_a_reference_that_is_lost_is_said_before_anything_is_sent(
    asking: tuple[Session, str, list[list[str]]],
) -> None:
    session, digest, sent = asking
    session.store.uploads.drop(digest)
    with pytest.raises(StoreDamaged, match="no reference"):
        session.submit(request(digest)).result(30)
    assert sent == []


def test_links_that_the_service_refuses_are_renewed_once(
    asking: tuple[Session, str, list[list[str]]], in_process: InProcess
) -> None:
    from evolink_widgets.emulator.contract.refusal import bad

    session, digest, sent = asking
    create, refusals = in_process.service.create, [True]

    def refusing(body: Any, *args: Any, **more: Any) -> Any:
        if refusals:
            refusals.pop()
            sent.append(body["image_urls"])
            raise bad("image_urls", "image_urls could not be fetched.")
        return create(body, *args, **more)

    in_process.service.create = refusing  # type: ignore[method-assign]
    session.submit(request(digest)).result(30)
    first, second = sent
    assert first[0] != second[0]
    assert first[1] == second[1] == LINK
    refusals += [True, True]
    with pytest.raises(RequestRefused, match="could not be fetched"):
        session.submit(request(digest)).result(30)


def test_many_tasks_with_one_reference_upload_it_once(
    asking: tuple[Session, str, list[list[str]]], in_process: InProcess
) -> None:
    session, digest, sent = asking
    for fault in ("reply lost", "500 before", "429"):
        in_process.play(fault, on="files")
    for task in [session.submit(request(digest)) for _ in range(8)]:
        task.result(60)
    assert {links[0] for links in sent} == set(stored(in_process, digest))
    assert len(stored(in_process, digest)) == 1


def test_names_are_held_to_their_form() -> None:
    with pytest.raises(InvalidRequest):
        ImageRequest("a fox", references=["evolink-ref:abc"])
