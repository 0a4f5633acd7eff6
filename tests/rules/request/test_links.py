"""Links to references, and what was probably meant by a link that is refused."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from steady import given

from evolink_widgets.rules.request.links import callback_rule, nearest_link, reference_rule


@pytest.mark.parametrize("ending", ["jpeg", "jpg", "png", "webp", "PNG", "Jpg"])
@pytest.mark.parametrize("rest", ["", "?size=large", "#top", "?name=a.gif"])
def test_the_four_formats_are_taken(ending: str, rest: str) -> None:
    assert reference_rule(f"https://example.com/a/b.{ending}{rest}") is None
    assert reference_rule(f"http://example.com/b.gif/c.{ending}{rest}") is None


@pytest.mark.parametrize(
    "ending", ["gif", "GIF", "bmp", "tif", "tiff", "svg", "avif", "heic", "jp2", "pdf", "mp4",
               "html", "zip", "psd", "g%69f"],
)  # fmt: skip
def test_another_kind_of_file_is_refused_by_its_ending(ending: str) -> None:
    rule = reference_rule(f"https://example.com/a.{ending}?x=.png") or ""
    assert "jpeg, jpg, png, webp" in rule


@pytest.mark.parametrize(
    "path", ["", "/", "/picture", "/picture.php?id=3", "/v1.2/file", "/a.b/c", "/gif", "/%67if",
             "/狐.png", "/a;b=c.png"],
)  # fmt: skip
def test_a_link_that_does_not_say_what_it_leads_to_is_left_to_the_service(path: str) -> None:
    assert reference_rule(f"https://example.com{path}") is None


@pytest.mark.parametrize(
    ("link", "rule"),
    [
        ("data:image/png;base64,iVBOR", "not a data URL"),
        ("DATA:,x", "not a data URL"),
        ("ftp://example.com/a.png", "http or https"),
        ("file:///home/a.png", "http or https"),
        ("/home/a.png", "http or https"),
        ("C:\\a.png", "http or https"),
        ("a.png", "http or https"),
        ("", "http or https"),
        ("https://", "http or https"),
        ("javascript:alert(1)", "http or https"),
        ("https://example.com:port/a.png", "well-formed"),
        ("https://[::1/a.png", "well-formed"),
        ("https://example.com/a b.png", "spaces"),
        ("https://example.com/a.png\n", "spaces"),
        ("https://example.com/\0.png", "spaces"),
        ("https://example.com/\ud83e.png", "spaces"),
    ],
)
def test_anything_but_a_link_is_refused_with_the_rule(link: str, rule: str) -> None:
    assert rule in (reference_rule(link) or "")


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        (" https://example.com/a.png\n", "https://example.com/a.png"),
        ("https://example.com/a b.png", "https://example.com/a%20b.png"),
        ("www.example.com/a.png", "https://www.example.com/a.png"),
        ("//example.com/a.png", "https://example.com/a.png"),
        ("https://example.com/a.gif", None),
        ("a.png", None),
        ("data:image/png;base64,AA", None),
    ],
)
def test_a_reference_that_was_meant_is_named(link: str, meant: str | None) -> None:
    assert nearest_link(link, reference_rule) == meant


@pytest.mark.parametrize(
    ("link", "meant"),
    [
        ("http://example.com/hook", "https://example.com/hook"),
        ("HTTP://example.com/hook", "https://example.com/hook"),
        ("hooks.example.com/a", "https://hooks.example.com/a"),
        (" https://example.com/hook ", "https://example.com/hook"),
        ("http://localhost/hook", None),
        ("https://user:secret@example.com/", None),
        ("ftp://example.com/", None),
        ("x" * 3000, None),
    ],
)
def test_a_callback_that_was_meant_is_named(link: str, meant: str | None) -> None:
    assert nearest_link(link, callback_rule) == meant


pieces = st.lists(
    st.sampled_from(["http", "https", ":", "//", "example.com", "/", " ", "a.png", "@", "[", "\\"])
    | st.text(max_size=3),
    max_size=8,
).map("".join)


@given(pieces)
def test_what_is_named_is_legal_and_nothing_is_raised(link: str) -> None:
    for rule in (reference_rule, callback_rule):
        rule(link)
        near = nearest_link(link, rule)
        assert near is None or rule(near) is None
