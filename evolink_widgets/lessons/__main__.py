"""`python -m evolink_widgets.lessons`: a lesson as the source for nbgrader or Otter."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from evolink_widgets.errors import InvalidRequest
from evolink_widgets.lessons.graded import FORMS


def main(words: Sequence[str] | None = None) -> int:
    """Write what the command line asks for; return what the shell gets."""
    parser = argparse.ArgumentParser(prog="python -m evolink_widgets.lessons", description=__doc__)
    parser.add_argument("form", choices=FORMS, help="whose source to make")
    parser.add_argument("lesson", type=Path, help="a notebook with exercises")
    parser.add_argument("target", type=Path, help="the file to write; a folder keeps the name")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    asked = parser.parse_args(words)
    target = asked.target / asked.lesson.name if asked.target.is_dir() else asked.target
    try:
        lesson = json.loads(asked.lesson.read_text("utf-8"))
        made = FORMS[asked.form](lesson, asked.lesson.stem)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w" if asked.force else "x", encoding="utf-8") as file:
            file.write(json.dumps(made, indent=1, ensure_ascii=False) + "\n")
    except FileExistsError:
        print(
            f"{target} is there already. Nothing was written; --force replaces it.", file=sys.stderr
        )
        return 1
    except (OSError, ValueError, KeyError, InvalidRequest) as error:
        print(f"{asked.lesson} can't be used: {error}", file=sys.stderr)
        return 1
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
