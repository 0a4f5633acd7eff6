"""Links given as references: a secret stays in memory, and the service can reach them."""

from __future__ import annotations

import json
import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from corporate import Corporate
from services import InProcess, OnPort, Scripted

from evolink_widgets.core.session import Session
from evolink_widgets.core.task import Stage
from evolink_widgets.errors import Billed, EvolinkError, InvalidRequest
from evolink_widgets.references.read import read
from evolink_widgets.references.secret_links import hide_secrets, name_of, whole_link
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest
from evolink_widgets.store.gallery.copies.embed import read_recipe

SECRET = "s3cr3t-3f9c1d7be2a84c60"
LINKS = [
    f"https://me:{SECRET}@pictures.acme.io/a.png",
    f"https://bucket.acme.io/b.png?X-Amz-Date=1&X-Amz-Signature={SECRET}",
    f"https://pictures.acme.io/get?token={SECRET}",
]

Open = Callable[..., Session]


def ask(*links: str, **fields: Any) -> ImageRequest:
    return ImageRequest("make it night", size="816x816", quality="low",
                        references=list(links), **fields)  # type: ignore[arg-type]  # fmt: skip


@pytest.fixture
def sent(in_process: InProcess) -> list[list[str]]:
    """The links that each POST carries."""
    seen: list[list[str]] = []
    create = in_process.service.create

    def watched(body: Any, *args: Any, **more: Any) -> Any:
        seen.append(body.get("image_urls", []))
        return create(body, *args, **more)

    in_process.service.create = watched  # type: ignore[method-assign]
    return seen


def files(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_bytes().decode("latin-1")
        for path in root.rglob("*")
        if path.is_file()
    }


def test_the_post_has_the_secret_and_nothing_that_is_kept_or_shown_does(
    in_process: InProcess, open_session: Open, sent: list[list[str]], tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    session = open_session(in_process)
    task = session.submit(ask(*LINKS))
    said: list[str] = []
    task.subscribe(lambda state: said.append(repr(state)))
    images = task.result(30)
    copy = images[0].save(tmp_path / "copies")
    assert sent == [LINKS]

    said += [repr(task), repr(vars(task)), repr(task.request), str(task.request.references)]
    said += [repr(images), images._repr_html_(), repr(images[0]._repr_mimebundle_())]
    said += [task.recipe.as_code(), json.dumps(images[0].recipe.to_record()), caplog.text]
    said += [pickle.dumps(images[0].recipe).decode("latin-1")]
    said += [json.dumps(read_recipe(copy).to_record())]
    session.close()
    kept = files(tmp_path)
    assert any(name.endswith("evolink.sqlite") for name in kept)
    assert [name for name, text in kept.items() if SECRET in text] == []
    assert not any(SECRET in text for text in said)


def test_the_emulator_s_own_file_has_no_secret(open_session: Open, tmp_path: Path) -> None:
    emulator = InProcess(memory=tmp_path / "pictures" / ".emulator.jsonl")
    session = open_session(emulator)
    for links in (LINKS, LINKS[:1]):
        session.submit(ask(*links)).result(30)
    session.close()
    kept = files(tmp_path)
    assert "pictures.acme.io" in kept["pictures/.emulator.jsonl"]
    assert [name for name, text in kept.items() if SECRET in text] == []


def test_the_store_answers_a_link_that_is_signed_anew(
    in_process: InProcess, open_session: Open, sent: list[list[str]]
) -> None:
    session = open_session(in_process)
    link = "https://bucket.acme.io/b.png?X-Amz-Date={}&X-Amz-Signature={}" + SECRET
    first = session.submit(ask(link.format(1, "a")), execution=None).result(30)
    again = session.submit(ask(link.format(2, "b")), execution=None).result(30)
    assert [image.path for image in again] == [image.path for image in first]
    assert len(sent) == 1


def test_a_recipe_asks_again_with_the_secret_while_this_process_knows_it(
    in_process: InProcess, open_session: Open, sent: list[list[str]]
) -> None:
    session = open_session(in_process)
    (image,) = session.submit(ask(LINKS[1])).result(30)
    session.submit(image.recipe.request).result(30)
    assert sent == [[LINKS[1]], [LINKS[1]]]


def test_a_recipe_whose_secret_is_not_known_says_so_before_the_post(
    in_process: InProcess, open_session: Open, sent: list[list[str]]
) -> None:
    session = open_session(in_process)
    task = session.submit(ask("https://bucket.acme.io/of-another-kernel.png?sig=hidden"))
    with pytest.raises(InvalidRequest, match="secret part of the link was not kept") as caught:
        task.result(30)
    assert caught.value.billed is Billed.NO
    assert task.state.stage is Stage.REFUSED
    assert session.store.ledger.spent().reserved == 0.0
    assert sent == []


def test_a_service_that_quotes_the_link_is_not_repeated(open_session: Open) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        said = json.dumps({"error": {"message": f"cannot fetch {LINKS[1]}", "code": LINKS[2]}})
        await send({"type": "http.response.start", "status": 422, "headers": []})
        await send({"type": "http.response.body", "body": said.encode()})

    session = open_session(Scripted(app))
    with pytest.raises(EvolinkError) as caught:
        session.submit(ask(LINKS[1], LINKS[2])).result(30)
    assert "cannot fetch" in str(caught.value)
    assert SECRET not in f"{caught.value}{caught.value!r}{vars(caught.value)}"


@pytest.mark.parametrize(
    "link",
    [
        "http://localhost:8888/x.png", "http://LOCALHOST/x.png", "http://127.0.0.1/x.png",
        "https://10.0.0.7/x.png", "https://192.168.1.5:8443/x.png", "http://[::1]:8888/x.png",
        "https://nas.local/x.png", "https://files.internal/x.png", "https://nas/x.png",
        "http://169.254.169.254/x.png", "http://metadata.google.internal/x.png",
        "http://2130706433/x.png", "http://0x7f.1/x.png", "http://[::ffff:10.0.0.1]/x.png",
        "http://[fe80::1]/x.png", "http://my.localhost/x.png",
    ],
)  # fmt: skip
def test_a_link_that_the_service_cannot_reach_is_refused_before_the_post(
    open_session: Open, link: str
) -> None:
    corporate = Corporate()
    session = open_session(corporate)
    task = session.submit(ask("https://pictures.acme.io/fine.png", link))
    with pytest.raises(InvalidRequest, match="Give the picture's file instead") as caught:
        task.result(30)
    assert [problem.field for problem in caught.value.problems] == ["references[1]"]
    assert caught.value.billed is Billed.NO
    assert task.state.stage is Stage.REFUSED
    assert session.store.ledger.spent().reserved == 0.0
    assert session.store.journal.open_entries() == []
    assert corporate.counts() == {}


def test_an_emulator_on_this_machine_takes_links_of_this_machine(
    on_port: OnPort, open_session: Open
) -> None:
    from evolink_widgets.core.steps.send import _link_problems

    request = ask("http://localhost:8888/x.png", "http://10.0.0.7/x.png", "https://a.acme.io/x")
    for host, refused in (("127.0.0.1", 0), ("localhost", 0), (None, 0), ("10.0.0.1", 1),
                          ("gateway.internal", 1), ("api.evolink.ai", 2)):  # fmt: skip
        assert len(list(_link_problems(request, host))) == refused, host


def test_what_is_given_to_generate_has_its_name_from_the_beginning() -> None:
    names = read(LINKS)
    assert SECRET not in str(names)
    assert [whole_link(str(name)) for name in names] == LINKS
    assert name_of("https://a.acme.io/x.png") == "https://a.acme.io/x.png"
    assert whole_link("https://a.acme.io/x.png?sig=hidden") is None
    assert hide_secrets(f"no {SECRET} here") == "no [hidden] here"
    with pytest.raises(InvalidRequest) as caught:
        read([f"https://me:{SECRET}@x.acme.io/a.gif", f"ftp://me:{SECRET}@x.acme.io/a.png"])
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(Recipe(ask(*LINKS), "emulator"))


@pytest.mark.parametrize(
    "link",
    [
        "https://bucket.acme.io/c.png?sig=unified",
        "https://unified@pictures.acme.io/c.png",
        "https://bucket.acme.io/c.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=179604"
        "&X-Amz-SignedHeaders=emulator&X-Amz-Signature=emulator",
    ],
)
def test_what_a_link_holds_spoils_no_id_and_no_link_of_the_service(
    link: str, in_process: InProcess, open_session: Open
) -> None:
    session = open_session(in_process)
    for request in (ask(link), ImageRequest("an owl", size="816x816", quality="low")):
        task = session.submit(request)
        assert len(task.result(30)) == 1
        assert task.id in {one.id for one in in_process.service.all()}
