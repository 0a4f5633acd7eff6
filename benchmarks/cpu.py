"""Processor time a task, against a bare httpx loop that does the same.

The package also checks, journals, verifies and files what the loop just writes; this says what
that costs. The database's share is that of its thread: journal, ledger, what the store has, and
the pictures' rows. The journal's share (`journal.py` says what counts) is timed in runs of its
own: in a script, which has the least to do beside it, and where each picture is shown. Goal: 5 %
of the client's processor time.
"""

from __future__ import annotations

from side_by_side import options, row, run, service


def main() -> None:
    """Measure and print."""
    given = options(__doc__, seconds=2.0, tasks=100, in_flight=50)
    size = ("--tasks", given.tasks, "--in-flight", given.in_flight)
    found: dict[str, list[dict[str, float]]] = {"ours": [], "second": []}
    timed: dict[str, list[dict[str, float]]] = {"ours": [], "shown": []}
    for number in range(given.runs):
        with service("--seconds", given.seconds, "--seed", number) as place:
            for name, results in found.items():
                results.append(run("clients.py", name, place["url"], *size))
            for name, results in timed.items():
                results.append(run("clients.py", name, place["url"], *size, "--timers"))

    print(f"Tasks of about {given.seconds:g} s, {given.in_flight} in flight, {given.tasks} a run")
    for name, results in found.items():
        row(f"{name}: processor time a task", [1000 * one["cpu"] for one in results], " ms")
    pairs = zip(found["ours"], found["second"], strict=True)
    row("ours / every second on bare httpx", [our["cpu"] / bare["cpu"] for our, bare in pairs])
    row("of ours, the database's thread", [100 * one["database"] for one in found["ours"]], " %")
    row("of ours, the journal", [100 * one["journal"] for one in timed["ours"]], " %")
    row("the same, each picture shown", [100 * one["journal"] for one in timed["shown"]], " %")


if __name__ == "__main__":
    main()
