"""Asks for the link of one reference from many threads at once: store, service, hash, threads."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services import OnPort
from uploads import uploader

from evolink_widgets.core import loop
from evolink_widgets.rules.request.links import kept_name


def main(store: str, api: str, media: str, digest: str, threads: str) -> None:
    asking = uploader(OnPort(api, media), Path(store))
    print("ready", flush=True)
    while not Path(store, "go").exists():  # all programs begin at once
        time.sleep(0.005)

    def ask(_: int) -> str:
        (link,) = loop.wait_on_loop(asking.links([kept_name(digest)]), 60)
        return link

    with ThreadPoolExecutor(int(threads)) as pool:
        for link in set(pool.map(ask, range(2 * int(threads)))):
            print(link, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
