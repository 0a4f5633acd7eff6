"""README is one page, and a package index shows it with no link that leads nowhere."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType

import pytest
from source import ROOT

README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    spec = spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def relative(text: str) -> list[str]:
    """What leads to a file beside README."""
    found = re.findall(
        r"\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"|^\[\w+\]: (\S+)", text, re.M
    )
    return [link for links in found for link in links if link and ":" not in link]


def test_it_is_one_page() -> None:
    assert len(README.split()) < 1_000
    for said in ("make lab", "pip install .", "EVOLINK_API_KEY", "## Three promises"):
        assert said in README


def test_with_no_public_address_an_index_shows_words(hook: ModuleType) -> None:
    shown = hook.for_an_index(README)
    assert relative(README) != []
    assert relative(shown) == []
    assert "OWNER" not in shown
    assert "## Ten lines" in shown
    assert hook.urls(README) == {}


def test_with_one_it_shows_absolute_links(hook: ModuleType) -> None:
    readme = README.replace("gh/OWNER/", "gh/ada/")
    shown = hook.for_an_index(readme)
    assert relative(shown) == []
    assert "](https://github.com/ada/evolink-widgets/blob/HEAD/docs/faq.md)" in shown
    assert 'src="https://github.com/ada/evolink-widgets/raw/HEAD/docs/images/' in shown
    assert hook.urls(readme)["Source"] == "https://github.com/ada/evolink-widgets"


def test_what_is_built_says_so() -> None:
    from hatchling.metadata.core import ProjectMetadata
    from hatchling.plugin.manager import PluginManager

    made = ProjectMetadata(str(ROOT), PluginManager())
    assert made.core.readme_content_type == "text/markdown"
    assert relative(made.core.readme) == []
