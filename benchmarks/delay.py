"""Delay from "completed on the service" to "a file here", against looking once a second.

Goal: less delay at no more requests. Each run asks for the same tasks twice, with the package
and with a bare loop on httpx, against one emulator in a second process.
"""

from __future__ import annotations

import statistics

from side_by_side import options, row, run, service


def main() -> None:
    """Measure and print."""
    given = options(__doc__, seconds=10.0, round_trip=0.03, tasks=16, in_flight=8)
    size = ("--tasks", given.tasks, "--in-flight", given.in_flight)
    found: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for number in range(given.runs):
        arguments = ("--seconds", given.seconds, "--round-trip", given.round_trip)
        with service(*arguments, "--seed", number) as place:
            for name, results in found.items():
                result = run("clients.py", name, place["url"], *size)
                result["delay"] = statistics.mean(result.pop("delays"))
                results.append(result)

    print(f"Tasks of about {given.seconds:g} s, {given.in_flight} in flight, {given.tasks} a run")
    for name, results in found.items():
        row(f"{name}: mean delay", [1000 * one["delay"] for one in results], " ms")
        row(f"{name}: looks a task", [one["requests"] for one in results])
    pairs = list(zip(found["ours"], found["bare"], strict=True))
    row("delay, ours / every second", [our["delay"] / bare["delay"] for our, bare in pairs])
    row("looks, ours / every second", [our["requests"] / bare["requests"] for our, bare in pairs])


if __name__ == "__main__":
    main()
