"""Delay from "completed on the service" to "a file here", against looking at a fixed interval.

Goals: less delay than looking once a second, at no more requests; and at most 0.9 of the delay
of looking every 0.1 s, with at most 0.15 of its requests. Each run asks for the same tasks with
each client, against one emulator in a second process.
"""

from __future__ import annotations

import statistics

from side_by_side import options, row, run, service

CLIENTS = {"ours": "ours", "second": "every second", "tenth": "every 0.1 s"}


def main() -> None:
    """Measure and print."""
    given = options(__doc__, seconds=10.0, round_trip=0.03, tasks=16, in_flight=8, warm=8)
    size = ("--tasks", given.tasks, "--in-flight", given.in_flight, "--warm", given.warm)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in CLIENTS}
    for number in range(given.runs):
        arguments = ("--seconds", given.seconds, "--round-trip", given.round_trip)
        with service(*arguments, "--seed", number) as place:
            for name, results in found.items():
                result = run("clients.py", name, place["url"], *size)
                result["delay"] = statistics.mean(result.pop("delays"))
                results.append(result)

    print(f"Tasks of about {given.seconds:g} s, {given.in_flight} in flight, {given.tasks} a run")
    for name, results in found.items():
        row(f"{CLIENTS[name]}: mean delay", [1000 * one["delay"] for one in results], " ms")
        row(f"{CLIENTS[name]}: looks a task", [one["requests"] for one in results])
        row(f"{CLIENTS[name]}: tasks a second", [given.tasks / one["took"] for one in results])
        row(f"{CLIENTS[name]}: processor time a task", [1000 * r["cpu"] for r in results], " ms")
    for name in ("second", "tenth"):
        pairs = list(zip(found["ours"], found[name], strict=True))
        for what, word in (("delay", "delay"), ("requests", "looks"), ("cpu", "processor time")):
            row(f"{word}, ours / {CLIENTS[name]}", [our[what] / it[what] for our, it in pairs])


if __name__ == "__main__":
    main()
