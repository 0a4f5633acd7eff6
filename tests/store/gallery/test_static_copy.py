"""The static companion: small, plain, escaped, and readable without a kernel or a style."""

from __future__ import annotations

import base64
import io
import random
import re
from html.parser import HTMLParser

import pytest
from PIL import Image

from evolink_widgets.store.gallery.thumbnails.static_copy import html

KEY = "k3j2mnpqrstu"
HOSTILE = [
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</div></div><style>*{display:none}</style>",
    "<!-- ",
    "&lt;b&gt; &amp;",
    "' onmouseover='alert(1)",
    "\u202eevil\u2066",
    "\x00\x1b[31m",
    "<svg/onload=alert(1)>",
    "]]><![CDATA[",
]


class Page(HTMLParser):
    """Every element with its attributes, and all text outside of `<style>`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    @property
    def pictures(self):
        return [attrs for tag, attrs in self.elements if tag == "img"]


@pytest.fixture
def images(admit, store):
    def make(n=2, **more):
        for index in range(n):
            admit(index=index, n=n, **more)
        return store.gallery.images(KEY)

    return make


def noise(seed: int, width: int = 600, height: int = 600) -> bytes:
    image = Image.frombytes(
        "RGB", (width, height), random.Random(seed).randbytes(3 * width * height)
    )
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def test_it_shows_small_pictures_with_alt_text_and_the_prompt(images):
    page = Page(images(2)._repr_html_())
    assert page.open == []
    assert [picture["alt"] for picture in page.pictures] == [
        "a fox in the snow, picture 1 of 2, simulated",
        "a fox in the snow, picture 2 of 2, simulated",
    ]
    for picture in page.pictures:
        head, _, data = picture["src"].partition(",")
        assert head == "data:image/webp;base64"
        assert Image.open(io.BytesIO(base64.b64decode(data))).format == "WEBP"
    assert "a fox in the snow" in page.text
    assert "Simulated" in page.text


def test_real_pictures_are_not_called_simulated(images):
    assert "simulated" not in images(2, service="api.evolink.ai")._repr_html_().lower()


def test_it_hides_a_dead_live_view_and_only_that(images):
    text = html(images(1), key="Ab-1_2")
    style = re.search(r"<style>(.*?)</style>", text).group(1)
    assert style.endswith(" .ew-static-Ab-1_2),:has(.ew-live)){display:none}")
    assert text.startswith('<div class="ew-static-Ab-1_2 ')


def test_dollars_are_left_alone_by_both_releases_of_mathjax(images):
    for markup in (html(images(1), key="k"), images(2)._repr_html_()):
        assert re.match(r'<div class="[^"]*\btex2jax_ignore mathjax_ignore"', markup)


def test_a_set_carries_one_jpeg_of_all_its_pictures_for_what_takes_no_html(images):
    bundle = images(7)._repr_mimebundle_()
    data = base64.b64decode(bundle["image/jpeg"])
    assert len(data) <= 7 * 3_600
    with Image.open(io.BytesIO(data)) as sheet:
        assert sheet.format == "JPEG"
        assert sheet.width > sheet.height  # four in a row, and three


def test_pictures_that_stand_for_themselves_hide_nothing(images):
    shown = images(2)
    for markup in (shown._repr_html_(), shown[0]._repr_mimebundle_()[0]["text/html"]):
        assert "<img" in markup
        assert "<style" not in markup


def test_a_key_cannot_break_out_of_class_or_style(images):
    text = html(images(1), key='x"><script>{}</style>')
    assert "ew-static-xscriptstyle" in text
    assert "<script" not in text


def test_the_worst_pictures_stay_under_twelve_kilobytes_each(admit, store):
    for index in range(4):
        admit(index=index, n=4, data=noise(index), prompt="<" * 30_000)
    text = store.gallery.images(KEY)._repr_html_()
    assert len(text.encode()) < 4 * 12_000


def test_twenty_single_pictures_stay_under_the_notebooks_budget(admit):
    data, metadata = admit(data=noise(1), prompt="&" * 30_000)._repr_mimebundle_()
    assert 20 * sum(len(value) for value in data.values()) < 400_000
    assert set(data) == {"text/plain", "text/html", "image/jpeg"}
    assert metadata["image/jpeg"]["alt"].endswith("simulated")
    assert Image.open(io.BytesIO(base64.b64decode(data["image/jpeg"]))).format == "JPEG"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(images, text):
    page = Page(html(images(2, prompt=text), key=KEY, note=text))
    tags = {tag for tag, _ in page.elements}
    assert tags == {"div", "style", "img", "bdi", "span"}
    assert page.open == []
    for _, attributes in page.elements:
        assert set(attributes) <= {"class", "style", "src", "alt", "width", "height"}
    shown = text.replace("\x00", "\ufffd").replace("\x1b", "\ufffd").strip()
    assert page.text.count(shown) == 2
    assert shown in page.pictures[0]["alt"]


def test_it_can_be_written_to_a_notebooks_file(images):
    html(images(1), key=KEY, caption="lone \ud800 half").encode("utf-8")


def test_without_pictures_it_still_says_what_happened():
    page = Page(html([], key=KEY, caption="a fox", note="Failed. Not charged."))
    assert page.pictures == []
    assert "a fox" in page.text
    assert "Failed. Not charged." in page.text


def test_a_set_with_a_gap_says_so(admit, store):
    admit(index=0, n=3)
    page = Page(store.gallery.images(KEY)._repr_html_())
    assert "1 of 3 pictures came" in page.text


def test_a_picture_that_is_gone_leaves_a_sentence_and_no_folder_names(images, store):
    found = images(2)
    found[0].path.unlink()
    text = html(list(found), key=KEY)
    page = Page(text)
    assert len(page.pictures) == 1
    assert "is not there any more" in page.text
    assert str(store.root) not in text


def test_nothing_is_fetched_and_no_colour_is_fixed(images):
    text = images(3)._repr_html_()
    assert not re.search(
        r"https?://|url\(|@import|<script|#[0-9a-f]{3,6}\b|rgb\(|white|black", text
    )


@pytest.mark.parametrize(("n", "columns"), [(1, 1), (2, 2), (4, 4), (6, 3), (8, 4), (10, 5)])
def test_rows_are_even(images, n, columns):
    assert f"/{columns})" in images(n)._repr_html_()
