"""Asks for pictures that need not be new and prints their names: store, service, n."""

from __future__ import annotations

import sys
from pathlib import Path

from services import OnPort, quick

from evolink_widgets.rules.request.request import ImageRequest


def main(store: str, api: str, media: str, n: str) -> None:
    session = OnPort(api, media).session(Path(store), retry=quick())
    request = ImageRequest("a fox in the snow", size="816x816", quality="low", n=int(n))
    images = session.submit(request).result(60)
    print(*(image.path.name for image in images))


if __name__ == "__main__":
    main(*sys.argv[1:])
