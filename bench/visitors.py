"""Load test, a class on one small server: `python -m bench.visitors [--record NAME]`.

Simulated visitors use Streamlit's websocket protocol over loopback. Some train, others draw and
change pages, at the speed of people. Number and time are bounded. Prints one table; the exit code
is 1 if a goal is missed.
"""

import argparse
import asyncio
import datetime
import json
import math
import os
import random
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench.protocol import Seen, Tab
from bench.server import Server

RECORDS = Path(__file__).parent / "records"
VISITORS, TRAINING, SECONDS = 30, 8, 60
GRACE = 30  # seconds that this server keeps runs and sessions of visitors who have left
LATE = 15  # seconds after that within which resources must be released
TOLERANCE = (1, 100)  # threads (one cleans up for a moment) and megabytes that may remain
GOALS = {
    "p95": 0.5,
    "gap": 2.0,
    "megabytes": 1500,
    "threads back": GRACE + LATE,
    "megabytes back": GRACE + LATE,
}
RUNS = ("recipe=dense&epochs=200", "recipe=fast&epochs=200", "recipe=lenet&epochs=200")
WITH_CANVAS = ("draw", "")
SEVEN = [["M", 75, 60], ["L", 130, 57], ["L", 205, 55], ["L", 175, 110], ["L", 120, 235]]


async def train(port: int, seen: Seen, number: int, until: float) -> None:
    """Start a run and watch it; pause it and visit other pages in between."""
    chance = random.Random(number)
    async with Tab(port, seen) as tab:
        await tab.go("train", RUNS[number % len(RUNS)])
        await tab.click("Start")
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(4, 8))
            action = chance.random()
            if action < 0.3:
                await tab.click("Pause")
                await asyncio.sleep(chance.uniform(0.5, 1.5))
                await tab.click("Resume")
            elif action < 0.6:
                page = chance.choice(("explore", "draw", ""))
                await tab.go(page)
                await asyncio.sleep(chance.uniform(1, 2))
                if page == "draw":
                    await draw(tab, chance)
                await asyncio.sleep(chance.uniform(1, 2))
                await tab.go("train", RUNS[number % len(RUNS)])


async def look(port: int, seen: Seen, number: int, until: float) -> None:
    """Draw and wait for the answer, clear the canvas, and change pages."""
    chance = random.Random(number)
    async with Tab(port, seen) as tab:
        await tab.go("draw")
        page = "draw"
        while time.monotonic() < until:
            await asyncio.sleep(chance.uniform(2, 6))
            if page not in WITH_CANVAS or chance.random() < 0.25:
                page = chance.choice(("draw", "explore", "train", ""))
                await tab.go(page)
            elif chance.random() < 0.2:
                await tab.click("Clear")
            else:
                await draw(tab, chance)


async def draw(tab: Tab, chance: random.Random) -> None:
    """Draw a seven on the canvas and wait for the answer."""
    shift = chance.randint(-20, 20)
    path = [[letter, x + shift, y] for letter, x, y in SEVEN]
    drawing = {"raw": {"objects": [{"type": "Path", "path": path}]}, "data": None}
    await tab.set("canvas", {"drawing": drawing, "backgroundFit": None}, "draw")


async def crowd(
    server: Server, seen: Seen, visitors: int, training: int, seconds: int
) -> tuple[int, float]:
    """All visitors, arriving over ten seconds → the largest (threads, megabytes)."""
    until = time.monotonic() + seconds

    async def visit(number: int) -> None:
        await asyncio.sleep(10 * number / max(visitors, 1))
        await (train if number < training else look)(server.port, seen, number, until)

    tasks = [asyncio.create_task(visit(number)) for number in range(visitors)]
    most = (0, 0.0)
    while not all(task.done() for task in tasks):
        threads, megabytes = server.status()
        most = max(most[0], threads), max(most[1], megabytes)
        await asyncio.sleep(0.5)
    await asyncio.gather(*tasks)
    return most


async def warm_up(port: int) -> None:
    """Visit each page once, so that what is loaded on first use does not count as a leak."""
    seen = Seen()
    for number in range(3):
        async with Tab(port, seen) as tab:
            await tab.go("train", RUNS[number])
            await tab.click("Start")
            await asyncio.sleep(3)
            for page in ("explore", "", "draw"):
                await tab.go(page)
            await draw(tab, random.Random(number))
            await tab.go("train", RUNS[number])
            await tab.click("Reset")


def come_back(server: Server, before: tuple[int, float]) -> tuple[float, float, tuple[int, float]]:
    """Seconds until threads and until memory are back where they were `before`, or infinity.

    Returns both, and the (threads, megabytes) at the end.
    """
    began, back, now = time.monotonic(), [math.inf, math.inf], before
    while (waited := time.monotonic() - began) < GRACE + LATE:
        now = server.status()
        for n, extra in enumerate(TOLERANCE):
            back[n] = min(back[n], waited) if now[n] <= before[n] + extra else math.inf
        if waited > GRACE and max(back) < math.inf:
            break
        time.sleep(0.5)
    return back[0], back[1], now


def measure(visitors: int, training: int, seconds: int) -> dict[str, Any]:
    """Run the test → its measurements by name."""
    ttl = f"--server.disconnectedSessionTTL={GRACE}"
    with Server(ttl, PLAYGROUND_GRACE=str(GRACE)) as server:
        asyncio.run(warm_up(server.port))
        time.sleep(5)
        before, seen = server.status(), Seen()
        load = os.getloadavg()[0]
        most = asyncio.run(crowd(server, seen, visitors, training, seconds))
        load = max(load, os.getloadavg()[0])
        threads_back, megabytes_back, (threads, megabytes) = come_back(server, before)
        seen.errors += server.complaints()
    clicks = np.concatenate([*seen.latencies.values()])
    return {
        "visitors": visitors,
        "training": training,
        "clicks": len(clicks),
        "median": float(np.median(clicks)),
        "p95": float(np.percentile(clicks, 95)),
        "by action (median, p95, count)": {
            action: [round(float(np.median(v)), 3), round(float(np.percentile(v, 95)), 3), len(v)]
            for action, v in sorted(seen.latencies.items())
        },
        "gap": max(seen.gaps, default=float("inf")),
        "gap median": float(np.median(seen.gaps or [0])),
        "gap p99": float(np.percentile(seen.gaps or [0], 99)),
        "megabytes": most[1],
        "threads": most[0],
        "threads before": before[0],
        "threads back": threads_back,
        "threads left": threads - before[0],
        "megabytes before": before[1],
        "megabytes back": megabytes_back,
        "megabytes left": megabytes - before[1],
        "errors": seen.errors[:20],
        "load average": load,
        "cores": os.cpu_count(),
    }


def table(result: dict[str, Any]) -> str:
    """A table of what was measured, the goal, and whether it was reached."""
    rows = [
        ("clicks answered, 95th percentile", "p95", "{:.2f} s"),
        ("longest time without progress of a run", "gap", "{:.2f} s"),
        ("memory of the process, at most", "megabytes", "{:,.0f} MB"),
        (f"threads are back after all have left, grace {GRACE} s", "threads back", "{:.0f} s"),
        ("memory is", "megabytes back", "{:.0f} s"),
    ]
    lines = ["| what | measured | goal | |", "|---|---:|---:|---|"]
    for what, key, form in rows:
        reached = "reached" if result[key] <= GOALS[key] else "missed"
        lines.append(
            f"| {what} | {form.format(result[key])} | {form.format(GOALS[key])} | {reached} |"
        )
    verdict = "missed" if result["errors"] else "reached"
    lines.append(f"| errors | {len(result['errors'])} | 0 | {verdict} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=VISITORS, choices=range(1, 61))
    parser.add_argument("--training", type=int, default=TRAINING, choices=range(0, 31))
    parser.add_argument("--seconds", type=int, default=SECONDS, choices=range(10, 301))
    parser.add_argument("--record", metavar="NAME", help="keep the result in bench/records")
    options = parser.parse_args()
    result = measure(options.visitors, options.training, options.seconds)
    about = (
        f"{options.visitors} visitors, {options.training} of them training, "
        f"{result['clicks']} clicks (median {result['median']:.2f} s) in {options.seconds} s; "
        f"{result['cores']} cores, load average {result['load average']:.1f}"
    )
    left = (
        f"Progress was seen every {result['gap median']:.2f} s. At the end "
        f"{result['threads left']:+d} threads and {result['megabytes left']:+,.0f} MB were left."
    )
    text = f"`python -m bench.visitors`: {about}\n\n{table(result)}\n\n{left}\n"
    print(text)
    for action, values in result["by action (median, p95, count)"].items():
        print(f"  {action}: median {values[0]} s, p95 {values[1]} s, {values[2]} times")
    print("\n".join(result["errors"]))
    if options.record:
        folder = RECORDS / f"{datetime.date.today()}_{options.record}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "record.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
        (folder / "table.md").write_text(text)
    raise SystemExit("missed" in text)


if __name__ == "__main__":
    main()
