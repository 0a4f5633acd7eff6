"""README as a package index shows it: relative links lead nowhere there.

The repository's address stands in one place, README's link to Binder. Once that has an owner, the
links lead to the repository's files and `[project.urls]` is filled; until then a link is its words.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

NAMED = re.compile(r"mybinder\.org/v2/gh/([\w.-]+/[\w.-]+)/")
NO_ONE = "OWNER"


def home(readme: str) -> str | None:
    """Return the repository's public address; `None` where it has none."""
    found = NAMED.search(readme)
    return f"https://github.com/{found[1]}" if found and found[1].split("/")[0] != NO_ONE else None


def for_an_index(readme: str) -> str:
    """Return README with links that work anywhere."""
    address = home(readme)

    def follow(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        if ":" in target or target.startswith("#"):
            return match[0]
        return f"[{words}]({address}/blob/HEAD/{target})" if address else words

    text = re.sub(r"<!--.*?-->\n?", "", readme, flags=re.S)
    raw = f"{address}/raw/HEAD/"
    if address:
        text = re.sub(r'(src(?:set)?=")(?!https?:)', rf"\g<1>{raw}", text)
    else:  # neither a picture nor Binder can be reached
        text = re.sub(r"<picture>.*?</picture>\n*", "", text, flags=re.S)
        text = re.sub(r"^\[!\[.*\n\n|^\[(?:binder|badge)\]: .*\n", "", text, flags=re.M)
    return re.sub(r"(?<!!)\[([^\[\]]+)\]\(([^)\s]+)\)", follow, text)


def urls(readme: str) -> dict[str, str]:
    """Return what the index lists beside it: nothing that does not exist."""
    address = home(readme)
    if address is None:
        return {}
    return {
        "Documentation": f"{address}/tree/HEAD/docs",
        "Source": address,
        "Changelog": f"{address}/blob/HEAD/CHANGELOG.md",
        "Issues": f"{address}/issues",
    }


class ReadmeForAnIndex(MetadataHookInterface):
    """Fills `readme` and `urls` when the package is built."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add both to the metadata."""
        readme = Path(self.root, "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": for_an_index(readme)}
        if found := urls(readme):
            metadata["urls"] = found
