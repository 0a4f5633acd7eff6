"""A link with a secret in the tray: the trait, which is saved with the notebook, has its name."""

from __future__ import annotations

import json

import evolink_widgets as ew
from evolink_widgets.references.secret_links import whole_link

SECRET = "s3cr3t-3f9c1d7be2a84c60"
LINK = f"https://bucket.example/b.png?X-Amz-Signature={SECRET}"
NAME = "https://bucket.example/b.png?X-Amz-Signature=hidden"


def test_neither_trait_nor_card_nor_saved_state_holds_it() -> None:
    studio = ew.ImageStudio("make it night", references=[LINK])
    try:
        assert studio.references == (NAME,)
        assert SECRET not in json.dumps(studio.get_state(), default=str)
        told, _ = studio._card(studio._name({"reference": LINK}))
        assert told["reference"] == NAME
        assert SECRET not in json.dumps(told)
        studio.set_state({"references": [LINK]})  # what a page has kept from before
        assert studio.references == (NAME,)
        assert whole_link(NAME) == LINK
    finally:
        studio.close()
