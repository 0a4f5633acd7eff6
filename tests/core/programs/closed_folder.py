"""Asks for a picture where the folder can't be written: says what came of it, and what was sent."""

from __future__ import annotations

import sys
from pathlib import Path

from services import InProcess, quick

from evolink_widgets import errors
from evolink_widgets.rules.request.request import ImageRequest


def main(folder: str) -> None:
    emulator = InProcess()
    session = emulator.session(Path(folder) / "pictures", retry=quick())
    try:
        session.submit(ImageRequest("a fox", size="816x816", quality="low")).result(60)
    except errors.EvolinkError as error:
        print(type(error).__name__, error.billed.name, emulator.counts().get("create", 0))


if __name__ == "__main__":
    main(*sys.argv[1:])
