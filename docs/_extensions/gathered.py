"""Takes in what stands elsewhere in the repository, and points links at the page it became.

The sources are read where they are: in an editor and on a forge their links lead to files. Here
a link to a file that is a page of the manual leads to the page; one to any other file of the
repository, which the manual does not have, becomes the file's name.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

#: Where a file of the repository is found in the manual, beside `docs/` itself.
PAGES = {
    "README.md": "docs/index.md",
    "benchmarks": "docs/explanation/benchmarks.md",
    "benchmarks/README.md": "docs/explanation/benchmarks.md",
    "docs/decisions": "docs/decisions/README.md",
    "notebooks": "docs/tutorials/index.md",
    "CHANGELOG.md": "docs/changelog.md",
    "CONTRIBUTING.md": "docs/contributing.md",
}
LESSONS = DOCS / "tutorials"
#: What the manual adds to a page that is an index by hand.
ENDS = {"docs/decisions/README.md": "\n```{toctree}\n:hidden:\n:glob:\n\n0*\n```\n"}


def copied() -> dict[str, str]:
    """Each page that is a copy, with the file of the repository that it is made from."""
    pages = {page: file for file, page in PAGES.items() if (ROOT / file).is_file()}
    pages.pop("docs/index.md")
    lessons = sorted((ROOT / "notebooks").glob("*.ipynb"))
    return pages | {f"docs/tutorials/{one.name}": f"notebooks/{one.name}" for one in lessons}


def gather() -> None:
    """Copy them; one that has not changed keeps its time, so that it is not built again."""
    pages = copied()
    for stale in LESSONS.glob("*.ipynb"):
        if stale.relative_to(ROOT).as_posix() not in pages:
            stale.unlink()
    for page, file in pages.items():
        target, source = ROOT / page, ROOT / file
        if not target.exists() or target.read_bytes() != source.read_bytes():
            shutil.copyfile(source, target)


def link(target: str, origin: str, page: str) -> str | None:
    """Return where a link of the file `origin` leads to from `page`; `None`: out of the manual."""
    path, mark, anchor = target.partition("#")
    if not path or ":" in path:
        return target
    meant = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
    found = PAGES.get(meant)
    if meant.startswith("notebooks/") and (ROOT / meant).is_file():
        found = f"docs/tutorials/{posixpath.basename(meant)}"
    elif not found and meant.startswith("docs/") and (ROOT / meant).exists():
        found = meant
    if found is None:
        return None
    return posixpath.relpath(found, posixpath.dirname(page)) + mark + anchor


def pointed(text: str, origin: str, page: str) -> str:
    """Return a page's text with its links and its pictures as the manual has them."""

    def follow(match: re.Match[str]) -> str:
        words, target = match[1], match[2]
        found = link(target, origin, page)
        if found is None:
            file = posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))
            return words if words.strip("`") == file else f"{words} (`{file}`)"
        return f"[{words}]({found})"

    text = re.sub(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])+)\]\(([^)\s\"\\]+)\)", follow, text)
    static = posixpath.relpath("docs/_static", posixpath.dirname(page))
    return re.sub(r"<picture>.*?</picture>", lambda m: both_looks(m[0], static), text, flags=re.S)


def both_looks(picture: str, static: str) -> str:
    """Return a picture for each look: the reader's choice holds here, not the system's alone."""
    sources = dict(re.findall(r'media="\(([^")]+)\)"\s+srcset="[^"]*?([^"/]+)"', picture))
    [shown] = re.findall(r'<img src="[^"]*?([^"/]+)"', picture)
    [alt] = re.findall(r'alt="([^"]*)"', picture)
    parts = []
    looks = {"only-light": shown, "only-dark": sources.get("prefers-color-scheme: dark", shown)}
    for look, file in looks.items():
        narrow = "".join(
            f'<source media="({media})" srcset="{static}/{name}">'
            for media, name in sources.items()
            if media.startswith("max-width") and look == "only-light"
        )
        image = f'<img class="{look}" src="{static}/{file}" alt="{alt}" loading="lazy">'
        parts.append(f'<picture class="{look}">{narrow}{image}</picture>')
    return f'<p class="shot">{"".join(parts)}</p>'


def on_source_read(app: Sphinx, docname: str, source: list[str]) -> None:
    """Rewrite a page as it is read."""
    file = Path(app.env.doc2path(docname))
    page = "docs/" + file.relative_to(DOCS).as_posix()
    if page.endswith((".md", ".ipynb")):
        source[0] = pointed(source[0], copied().get(page, page), page) + ENDS.get(page, "")


def setup(app: Sphinx) -> dict[str, bool]:
    """Gather before Sphinx looks which pages there are."""
    gather()
    app.connect("source-read", on_source_read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
