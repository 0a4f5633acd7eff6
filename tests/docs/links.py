"""Every link of the built pages: which lead nowhere, which lead out, and what a page loads.

python tests/docs/links.py docs/_build/html
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADS = {"src", "srcset", "poster", "data", "action"}
_IN_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""")


class _Page(HTMLParser):
    """The targets, links and loads of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: set[str] = {"", "top"}
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)
        self.loads += _IN_STYLE.findall(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.targets.add(value)
            elif name == "href" and tag == "a":
                self.links.append(value or "")
            elif (name == "href" and tag != "base") or name in _LOADS:
                self.loads += [part.split()[0] for part in (value or "").split(", ") if part]


@dataclass
class Manual:
    """A folder of built pages.

    Args:
        folder: where `index.html` lies.
    """

    folder: Path
    pages: dict[Path, _Page] = field(init=False)

    def __post_init__(self) -> None:
        found = sorted(self.folder.resolve().rglob("*.html"))
        self.pages = {
            path: _Page(path.read_text("utf-8")) for path in found if "_static" not in path.parts
        }

    @cached_property
    def broken(self) -> list[str]:
        """Links and loads inside the manual that lead to no file or no place in it."""
        return [
            f"{path.relative_to(self.folder.resolve())}: {link}"
            for path, page in self.pages.items()
            for link in [*page.links, *page.loads]
            if not _is_foreign(link) and not self._is_there(path, link)
        ]

    def _is_there(self, path: Path, link: str) -> bool:
        parts = urlsplit(link)
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if target not in self.pages:
            return target.is_file()
        return unquote(parts.fragment) in self.pages[target].targets

    @cached_property
    def external(self) -> dict[str, list[str]]:
        """Links that lead out, with the pages that have them; nothing follows them."""
        found = defaultdict(list)
        for path, page in self.pages.items():
            for link in page.links:
                if _is_foreign(link):
                    found[link].append(str(path.relative_to(self.folder.resolve())))
        return dict(found)

    @cached_property
    def loaded(self) -> list[str]:
        """What a page or a style would load from another host."""
        found = [
            f"{path.name}: {load}"
            for path, page in self.pages.items()
            for load in page.loads
            if _is_foreign(load) and not load.startswith("data:")
        ]
        for style in sorted(self.folder.rglob("*.css")):
            found += [f"{style.name}: {one}" for one in _IN_STYLE.findall(style.read_text("utf-8"))]
        return found


def _is_foreign(link: str) -> bool:
    return bool(urlsplit(link).scheme or link.startswith("//"))


if __name__ == "__main__":
    manual = Manual(Path(sys.argv[1]))
    print(f"{len(manual.pages)} pages; lead nowhere: {len(manual.broken)}")
    print(*manual.broken, sep="\n")
    print(f"Loaded from other hosts: {len(manual.loaded)}", *manual.loaded, sep="\n")
    print(f"Lead out: {len(manual.external)}", *sorted(manual.external), sep="\n")
    sys.exit(bool(manual.broken or manual.loaded))
