"""Remembers links that hold a secret: others see a name, the whole link stays in this process.

What is kept, shown and handed on (journal, recipes, pictures' metadata, widget state, code to
copy) has the name alone. Right before a request is sent, the link takes its place again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from evolink_widgets.rules.request.link_secrets import is_hidden, secrets_of, without_secret

__all__ = ["SECRETS", "hide_secrets", "name_of", "whole_link"]

REMEMBERED = 4096
"""Links that are remembered; the one used longest ago is forgotten first."""

SECRETS: OrderedDict[str, None] = OrderedDict()
"""The secrets of the links that were given here: in most processes there are none."""

_lock = threading.Lock()
_links: OrderedDict[str, str] = OrderedDict()


def name_of(link: str) -> str:
    """The name under which a link is kept: itself, unless it holds a secret.

    The whole link is remembered; of one that was signed anew the newest.
    """
    name = without_secret(link)
    if name == link:
        return link
    with _lock:
        _links[name] = link
        _links.move_to_end(name)
        for secret in secrets_of(link):
            SECRETS[secret] = None
        for kept in (_links, SECRETS):
            while len(kept) > REMEMBERED:
                kept.popitem(last=False)
    return name


def whole_link(name: str) -> str | None:
    """The link of a name; `None` where its secret is not known here any more."""
    with _lock:
        if name in _links:
            _links.move_to_end(name)
            return _links[name]
    return None if is_hidden(name) else name


def hide_secrets(text: str) -> str:
    """`text` without the secrets of links that were given here: a service may quote them."""
    if not SECRETS:
        return text
    with _lock:
        known = sorted(SECRETS, key=len, reverse=True)
    for secret in known:
        if secret in text:
            text = text.replace(secret, "[hidden]")
    return text
