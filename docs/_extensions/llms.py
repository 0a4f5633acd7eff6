"""Writes `llms.txt` and `llms-full.txt` beside the pages: the manual for what reads no HTML.

The first lists every page with its first sentence (https://llmstxt.org), the second is all of the
text, as Sphinx's own writer of text has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.writers.text import TextTranslator

SUMMARY = "AI pictures in a notebook: a panel, one line of Python, and nothing paid for lost."


def in_order(app: Sphinx) -> Iterator[str]:
    """Each page once, as the tables of contents have them."""
    seen: set[str] = set()

    def below(name: str) -> Iterator[str]:
        if name not in seen:
            seen.add(name)
            yield name
            for child in app.env.toctree_includes.get(name, ()):
                yield from below(child)

    return below(app.config.root_doc)


def first_sentence(tree: nodes.document) -> str:
    """Return what a page begins with."""
    for paragraph in tree.findall(nodes.paragraph):
        words = " ".join(paragraph.astext().split())
        if words and "live-view" not in paragraph["classes"]:
            return words.split(". ")[0].rstrip(".:") + "."
    return ""


class Plain(TextTranslator):
    """Sphinx's writer of text, which leaves out what it does not know, such as a card's link."""

    def unknown_visit(self, node: nodes.Node) -> None:
        """Go on with what is in it."""

    def unknown_departure(self, node: nodes.Node) -> None:
        """Nothing was opened."""


def plain(app: Sphinx, tree: nodes.document) -> str:
    """Return a page as text: of an output that has many forms, the plain one."""
    for node in list(tree.findall(addnodes.toctree)):
        node.parent.remove(node)
    for node in list(tree.findall(nodes.container)):
        if node.get("nb_element") == "mime_bundle":
            texts = [one for one in node.children if one.get("mime_type") == "text/plain"]
            node.children = texts[:1]
    writer = Plain(tree, app.builder)
    tree.walkabout(writer)
    return writer.body


def on_build_finished(app: Sphinx, exception: Exception | None) -> None:
    """Write both, from the pages as they were read."""
    if exception or app.builder.format != "html":
        return
    listed, texts = [f"# {app.config.project}", "", f"> {SUMMARY}", ""], []
    for name in in_order(app):
        tree = app.env.get_doctree(name)
        title = app.env.titles[name].astext()
        address = app.builder.get_target_uri(name)
        if name != app.config.root_doc:
            if name.endswith("/index"):
                listed += ["", f"## {title}", ""]
            sentence = first_sentence(tree)
            listed.append(f"- [{title}]({address})" + (f": {sentence}" if sentence else ""))
        texts.append(f"<!-- {address} -->\n\n{plain(app, tree).strip()}\n")
    out = Path(app.outdir)
    (out / "llms.txt").write_text("\n".join(listed) + "\n", "utf-8")
    (out / "llms-full.txt").write_text("\n\n".join(texts), "utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """After the pages are written."""
    app.connect("build-finished", on_build_finished)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
