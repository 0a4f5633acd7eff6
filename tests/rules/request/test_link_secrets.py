"""Links that hold a secret, and the name that they have without it."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.rules.request.link_secrets import is_hidden, secrets_of, without_secret
from evolink_widgets.rules.request.links import reference_rule
from evolink_widgets.rules.request.recipe import Recipe
from evolink_widgets.rules.request.request import ImageRequest, problems

SECRET = "3f9c1d7be2a84c60"
SIGNED = [
    (f"https://me:{SECRET}@x.example/a.png", "https://hidden@x.example/a.png"),
    (f"https://{SECRET}@x.example:8443/a.png?w=1", "https://hidden@x.example:8443/a.png?w=1"),
    (f"https://b.example/a.png?X-Amz-Date=20261129&X-Amz-Signature={SECRET}&versionId=3",
     "https://b.example/a.png?X-Amz-Date=hidden&X-Amz-Signature=hidden&versionId=3"),
    (f"https://b.example/a.png?x-goog-expires=60&x-goog-signature={SECRET}",
     "https://b.example/a.png?x-goog-expires=hidden&x-goog-signature=hidden"),
    (f"https://b.example/a.png?sv=2022&se=2026-11-30&sp=r&sig={SECRET}%3D",
     "https://b.example/a.png?sv=2022&se=hidden&sp=r&sig=hidden"),
    (f"https://b.example/a.png?Expires=1&OSSAccessKeyId=LT&Signature={SECRET}",
     "https://b.example/a.png?Expires=hidden&OSSAccessKeyId=hidden&Signature=hidden"),
    (f"https://b.example/a.png?ex=1&is=2&hm={SECRET}",
     "https://b.example/a.png?ex=hidden&is=hidden&hm=hidden"),
    (f"https://b.example/a.png?api_key={SECRET}", "https://b.example/a.png?api_key=hidden"),
    (f"https://b.example/a.png?password={SECRET}", "https://b.example/a.png?password=hidden"),
    (f"https://b.example/file/bot1234567:AA{SECRET}-x_y/photos/a.jpg",
     "https://b.example/file/bothidden/photos/a.jpg"),
]  # fmt: skip
PLAIN = [
    "https://x.example/a.png", "http://x.example/a.png?w=200&h=300", "https://x.example/a?id=5",
    f"https://x.example/{SECRET}.png", f"https://x.example/a.png?v={SECRET}",
    "https://x.example/get?key=folder/cat.png", "https://x.example/a.png?expires=60",
    "https://x.example/狐.png?q=é", "https://x.example/a.png?token=", "evolink-ref:" + "0" * 64,
    "not a link", "", "https://[::1",
]  # fmt: skip


@pytest.mark.parametrize(("link", "name"), SIGNED)
def test_a_secret_is_not_in_the_name(link: str, name: str) -> None:
    assert without_secret(link) == name
    assert SECRET not in name
    assert is_hidden(name)
    assert not is_hidden(link)
    assert without_secret(name) == name
    assert reference_rule(name) is None
    assert any(SECRET in one for one in secrets_of(link))


@pytest.mark.parametrize("link", PLAIN)
def test_a_link_without_a_secret_is_its_own_name(link: str) -> None:
    assert without_secret(link) == link
    assert not is_hidden(link)
    assert secrets_of(link) == ()


def test_a_token_that_may_choose_the_picture_leaves_a_digest() -> None:
    one, other = (f"https://x.example/get?token={SECRET}{end}&w=1" for end in ("a", "b"))
    assert without_secret(one) != without_secret(other)
    assert without_secret(one).startswith("https://x.example/get?token=hidden-")
    assert is_hidden(without_secret(one))
    jwt = f"https://x.example/a.png?t=eyJhbGciOiJ9.{SECRET}.{SECRET}"
    assert SECRET not in without_secret(jwt)
    assert is_hidden(without_secret(jwt))


def test_an_object_that_is_signed_anew_is_the_same_recipe() -> None:
    link = "https://b.example/{}.png?X-Amz-Date={}&X-Amz-Signature={}"
    first, again, other = (
        Recipe(ImageRequest("a fox", references=[link.format(*parts)]), "api.evolink.ai")  # type: ignore[arg-type]
        for parts in (("a", 1, SECRET), ("a", 2, "ffff" + SECRET), ("b", 1, SECRET))
    )
    assert first.identity == again.identity != other.identity


def test_nothing_that_is_kept_or_shown_of_a_request_holds_it() -> None:
    for link, name in SIGNED:
        request = ImageRequest("a fox", references=[link])  # type: ignore[arg-type]
        recipe = Recipe(request, "api.evolink.ai")
        shown = f"{request!r}{request}{recipe!r}{recipe.as_code()}{recipe.to_record()}"
        assert SECRET not in shown
        assert recipe.to_record()["request"]["references"] == [name]
        assert request.payload()["image_urls"] == [link]
        assert Recipe.from_record(recipe.to_record()).identity == recipe.identity


@pytest.mark.parametrize(
    "link",
    [f"https://me:{SECRET}@x.example/a.gif", f"ftp://me:{SECRET}@x.example/a.png",
     f"https://x.example/a b.png?X-Amz-Signature={SECRET}", f"https://me:{SECRET}@[::1/a.png",
     f"https://x.example/a.bmp?sig={SECRET}"],
)  # fmt: skip
def test_a_refused_link_is_told_of_without_it(link: str) -> None:
    for references in ([link], link):
        told = problems("a fox", references=references)
        assert told
        assert SECRET not in "".join(map(str, told))


@given(st.text(max_size=60))
def test_any_text_has_a_name_and_nothing_is_raised(text: str) -> None:
    for given_ in (text, f"https://x.example/{text}", f"https://x.example/a?{text}"):
        name = without_secret(given_)
        assert without_secret(name) == name
        is_hidden(given_)
        secrets_of(given_)
