"""How the front ends are put together, and how much of a notebook they take."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from evolink_widgets.widgets.base import assets

WIDGETS = tuple(assets.FRONT_ENDS)
FOLDER = assets._WIDGETS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the place of `widgets/`."""
    monkeypatch.setattr(assets, "_WIDGETS", tmp_path)
    assets.esm.cache_clear()
    assets.css.cache_clear()
    yield tmp_path
    assets.esm.cache_clear()
    assets.css.cache_clear()


def put(folder: Path, **modules: str) -> None:
    for name, source in modules.items():
        (folder / f"{name}.js").write_text(source, "utf-8")


def test_modules_come_once_and_before_those_that_import_them(folder: Path) -> None:
    put(
        folder,
        words='/** Doc. */\nexport const word = "a  /* not a comment */  b";\n',
        middle='import { word } from "./words.js";\nexport function say() {\n  return word;\n}\n',
        entry='import { say } from "./middle.js";\nimport { word } from "./words.js";\n'
        "const whole = { say, word };\nexport default whole;\n",
    )
    text = assets.esm("entry")
    assert text.count("const word=") == 1
    assert text.index("const word=") < text.index("function say") < text.index("export default")
    assert '"a  /* not a comment */  b"' in text
    assert "import" not in text


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ({"entry": "import x from 'left-pad';\n"}, "only relative imports"),
        ({"entry": 'import { gone } from "./a.js";\n', "a": "export const here = 1;\n"}, "gone"),
        ({"entry": 'import { a } from "./missing.js";\n'}, "missing.js does not exist"),
        (
            {
                "entry": 'import { a } from "./a.js";\nconst same = 1;\n',
                "a": "export const a = 1;\nfunction same() {}\n",
            },
            "both define 'same'",
        ),
        (
            {
                "entry": 'import { a } from "./a.js";\nexport const b = 1;\n',
                "a": 'import { b } from "./entry.js";\nexport const a = 1;\n',
            },
            "entry → a → entry",
        ),
        ({"entry": "const a = `${b ? `c` : 1}`;\n"}, "template inside a template"),
    ],
)
def test_what_does_not_fit_together_is_said_clearly(
    folder: Path, modules: dict[str, str], said: str
) -> None:
    put(folder, **modules)
    with pytest.raises(assets.AssetError, match=said):
        assets.esm("entry")


def test_no_line_ends_are_kept_that_part_no_words(folder: Path) -> None:
    put(
        folder,
        entry="let a = 1;\nif (a) {\n  a = 2;\n}\na += 1;\n"
        "function f() {\n  if (a)\n    return a;\n}\n"
        "export default f;\n",
    )
    assert assets.esm("entry").strip() == (
        "let a=1;if(a){a=2;}a+=1;function f(){if(a)return a;}\nexport default f;"
    )


def test_a_stylesheet_of_no_widget_is_refused() -> None:
    with pytest.raises(assets.AssetError, match="no front end is listed for 'nothing'"):
        assets.css("nothing")


def test_a_stylesheet_keeps_the_spaces_that_mean_something(folder: Path) -> None:
    for part in assets.styles_of("image_grid"):
        path = folder / f"{assets._file(part)}.css"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")
    (folder / "base" / "static" / "tokens.css").write_text(
        "/* why */\n.ew {\n  .a .b, .c > d { width: calc(1px + 2px); }\n"
        '  e::after { content: "a  ;"; }\n}\n',
        "utf-8",
    )
    assert assets.css("image_grid").strip() == (
        '.ew-of-image_grid{.a .b,.c>d{width:calc(1px + 2px)}e::after{content:"a  ;"}}'
    )


@pytest.mark.parametrize("widget", WIDGETS)
def test_squeezed_and_plain_modules_are_the_same_program(chromium: Browser, widget: str) -> None:
    page = chromium.new_page()
    sources = {path.name: path.read_text("utf-8") for path in FOLDER.rglob("*.js")}
    sources["joined.js"] = assets.esm(widget)
    page.route(
        "**/*",
        lambda route: route.fulfill(
            content_type="text/javascript; charset=utf-8",
            body=sources.get(route.request.url.rpartition("/")[2], ""),
        ),
    )
    page.goto("https://bench.test/")
    load = "name => import(`/${name}.js`).then((module) => module.default.render.toString().length)"
    plain, joined = page.evaluate(load, widget), page.evaluate(load, "joined")
    page.close()
    assert 0 < joined <= plain


def test_every_style_file_is_used() -> None:
    listed = {name for widget in WIDGETS for name in assets.styles_of(widget)}
    found = {f"{path.parts[-3]}/{path.stem}" for path in FOLDER.rglob("*.css")}
    assert found == listed
