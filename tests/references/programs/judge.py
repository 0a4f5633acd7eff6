"""Make every file of a folder ready, one after the other, with little memory and little time.

Prints one line of JSON a file: what it became, or why it was refused. A crash or a hang shows
as a line that is missing.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from pathlib import Path

MEMORY = 1_500_000_000
SECONDS = 30


def main(folder: Path, out: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from evolink_widgets.errors import EvolinkError
    from evolink_widgets.references.read import read
    from evolink_widgets.references.ready import make_ready

    for path in sorted(folder.iterdir()):
        signal.alarm(SECONDS)  # its default ends this program, even within a decoder
        try:
            (source,) = read([path])
            ready = make_ready(source)
        except EvolinkError as error:
            told = {"refused": str(error), "kind": type(error).__name__}
        else:
            (out / path.name).write_bytes(ready.data)
            told = {"format": ready.format, "width": ready.width, "height": ready.height,
                    "notices": ready.notices}  # fmt: skip
        print(json.dumps({"name": path.name, **told}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
