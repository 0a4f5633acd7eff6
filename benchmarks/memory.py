"""Memory while 50 pictures of 8 MB are on their way at once.

Goal: at most 60 MB above what the client had when it was warm. Against it: a loop on httpx that
holds each picture in memory before it writes it.
"""

from __future__ import annotations

from side_by_side import options, row, run, service


def main() -> None:
    """Measure and print."""
    given = options(__doc__, seconds=1.0, tasks=50)
    size = ("--tasks", given.tasks, "--in-flight", given.tasks, "--warm", 1)
    found: dict[str, list[float]] = {"ours": [], "tenth": []}
    for number in range(given.runs):
        arguments = ("--seconds", given.seconds, "--seed", number, "--pad", 8_000_000)
        with service(*arguments) as place:
            for name, results in found.items():
                results.append(run("clients.py", name, place["url"], *size)["memory"])

    print(f"{given.tasks} pictures of 8 MB in flight")
    for name, results in found.items():
        row(f"{name}: memory above a warm client", results, " MB")
    pairs = zip(found["ours"], found["tenth"], strict=True)
    row("ours / in memory", [our / bare for our, bare in pairs])


if __name__ == "__main__":
    main()
