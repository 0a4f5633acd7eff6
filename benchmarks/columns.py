"""The same work in a peer's words: a column of pictures, with refusals, failures and a restart.

Each program under `columns_in/` makes a picture for each row of one table, equal rows once, at one
served emulator in the same weather: three tasks are refused by policy, four fail, two answers are
lost. Then it is started again, as after a kernel's restart. The service says how many requests
it has accepted by then; what is more than the distinct rows and the seven that were not charged
was paid for twice. Lines are those with code in them.

daft is no dependency of this package: `--peer` names a Python that has it (and httpx, pandas,
pyarrow), as of `python -m venv …` and `pip install daft httpx pandas pyarrow` there.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import subprocess
import sys
import tempfile
import tokenize
import urllib.request
from pathlib import Path
from typing import Any

import pandas as pd
from side_by_side import HERE, LONGEST, compiled, service

DISTINCT, EQUAL = 120, 20
WEATHER: tuple[dict[str, Any], ...] = (
    {"play": "policy refusal", "times": 3, "after": 10},
    {"play": "task failed", "times": 4, "after": 30},
    {"play": "reply lost", "times": 2, "after": 60},
)
SILENT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


def lines_of_code(path: Path) -> int:
    """Lines with code in them: no blank ones, no comments, not the docstring."""
    tokens = list(tokenize.generate_tokens(io.StringIO(path.read_text()).readline))
    told = [one for one in tokens if one.type not in SILENT and one.type != tokenize.ENDMARKER]
    return len({line for one in told[1:] for line in range(one.start[0], one.end[0] + 1)})


def ask(url: str, path: str, body: object = None) -> Any:
    """What the emulator answers beside the contract."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data=data), timeout=10) as reply:
        return json.load(reply)


def environment() -> dict[str, str]:
    """What the programs see: this package, and a key that any emulator takes."""
    return {**compiled(), "EVOLINK_API_KEY": "a-key-for-benchmarks", "PYTHONPATH": str(HERE.parent)}


def story(program: Path, python: str) -> dict[str, Any]:
    """One way, twice; what the service has accepted, and what stands in the frame."""
    with (
        service("--seconds", 1, "--seed", 1, "--prepare", "816x816") as place,
        tempfile.TemporaryDirectory() as folder,
    ):
        url = place["url"]
        with Path(folder, "rows.csv").open("w", newline="") as file:
            names = [f"fox number {number}" for number in range(DISTINCT)]
            csv.writer(file).writerows([["animal"], *([one] for one in names + names[:EQUAL])])
        for fault in WEATHER:
            ask(url, "/emulator/weather", fault)
        found: dict[str, Any] = {"lines of code": lines_of_code(program)}
        for name in ("first run", "started again"):
            command = [python, str(program), url, folder]
            ran = subprocess.run(command, env=environment(), capture_output=True, text=True,
                                 timeout=LONGEST, check=False)  # fmt: skip
            said = ran.stderr.strip().splitlines() or [""]
            found[f"{name}: ended"] = "well" if ran.returncode == 0 else said[-1][:80]
            found[f"{name}: accepted by the service"] = ask(url, "/emulator/counts")["accepted"]
            result = Path(folder, "result.parquet")
            if not result.exists():
                continue
            frame = pd.read_parquet(result)
            without = frame[frame["path"].isna()]
            why = next(name for name in ("errormsg", "error") if name in frame)
            found[f"{name}: rows with a picture"] = int(frame["path"].notna().sum())
            found[f"{name}: rows without, with a reason"] = int(without[why].notna().sum())
            found[f"{name}: rows without, and no reason"] = int(without[why].isna().sum())
            result.unlink()
    return found


def main() -> None:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", default="", help="the absolute path of a Python that has daft")
    given = parser.parse_args()
    ways = {"ours": (HERE / "columns_in" / "with_ours.py", sys.executable)}
    if given.peer:
        ways["daft"] = (HERE / "columns_in" / "with_daft.py", given.peer)
    found = {name: story(*way) for name, way in ways.items()}
    print(f"{DISTINCT + EQUAL} rows, {DISTINCT} distinct, 3 of them refused by policy")
    for figure in dict.fromkeys(name for one in found.values() for name in one):
        print(
            f"{figure:<44}"
            + "".join(f"{name}: {one.get(figure, '-')!s:<12}" for name, one in found.items())
        )


if __name__ == "__main__":
    main()
