"""Time from lifting the pen to the new answer on the screen: `python -m bench.pen [MODEL]`.

It drives the real app in a real Chromium with strokes that change the answer. The browser measures
the time from `pointerup` to the frame in which the answer is painted.
"""

import os
import platform
import shutil
import statistics
import sys

from playwright.sync_api import Page, sync_playwright

from bench.server import Server

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ROUNDS = 8  # of two strokes
GOAL = 400  # milliseconds
STROKES = (  # a one, which a second stroke makes a four
    [(170, 60), (169, 120), (167, 180), (165, 245)],
    [(150, 45), (110, 110), (70, 160), (140, 158), (215, 155)],
)

# The answer is the large digit, and the sentence and chart description beside it.
STOPWATCH = """() => {
  const told = () => document.querySelector("h1 .katex-html")?.textContent + "|" +
    [...document.querySelectorAll("[data-testid=stMain] p")].map((p) => p.textContent).join("|")
  window.waited = new Promise((done) => {
    addEventListener("pointerup", () => {
      const lifted = performance.now(), before = told()
      const look = () => {
        if (told() === before) return requestAnimationFrame(look)
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - lifted)))
      }
      look()
    }, { once: true, capture: true })
  })
}"""


def measure(page: Page, rounds: int = ROUNDS) -> list[float]:
    """Milliseconds for each stroke on Draw, without the first round, a warm-up."""
    times = []
    for number in range(rounds + 1):
        for stroke in STROKES:
            canvas = page.locator("canvas.upper-canvas").bounding_box()
            assert canvas, "the canvas is not on the page"
            page.evaluate(STOPWATCH)
            for place, (x, y) in enumerate(stroke):
                page.mouse.move(canvas["x"] + x, canvas["y"] + y, steps=8 if place else 1)
                if not place:
                    page.mouse.down()
            page.mouse.up()
            waited = page.evaluate("window.waited")
            if number:
                times.append(waited)
        page.get_by_test_id("stButton").get_by_role("button", name="Clear").click()
        page.get_by_text("Nothing drawn yet").wait_for()
    return times


def main(model: str = "best") -> None:
    with Server() as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{server.address}/draw?model={model}")
        page.get_by_text("Nothing drawn yet").wait_for(timeout=60_000)
        times = measure(page)
        chromium.close()
    middle = statistics.median(times)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{model}: {len(times)} strokes, {min(times):.0f} … {max(times):.0f} ms")
    print(f"median {middle:.0f} ms from pen-up to the answer; goal < {GOAL} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
