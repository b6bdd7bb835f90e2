"""The README's moving picture: `python -m docs.film` writes docs/training.webp.

The real app, a real Chromium, and a run from its start to its end: a drawn 4 is read anew as the
network learns, and after an epoch the learning rate is lowered.
"""

import io
import math
import re
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from bench.pen import FLAGS, STROKES
from bench.server import Server

RUN = "/train?recipe=dense&epochs=4&panels=Curves&panels=First+layer&panels=Your+drawing"
SCREEN = {"width": 1280, "height": 1400}
SIZE = {"width": 860, "height": 1120}  # of the picture; its corner is that of the row of buttons
MARGIN = 20
PAUSE = 200  # milliseconds between two looks: with the screenshot's own time, a tick of the page
MOST = 50  # frames
PACE, REST = 160, 2500  # milliseconds that a frame is shown, and the last one


def draw(page):
    """A four on Draw."""
    canvas = page.locator("canvas.upper-canvas").bounding_box()
    for first, *others in STROKES:
        page.mouse.move(canvas["x"] + first[0], canvas["y"] + first[1])
        page.mouse.down()
        for x, y in others:
            page.mouse.move(canvas["x"] + x, canvas["y"] + y, steps=8)
        page.mouse.up()
    expect(page.get_by_role("heading", name="4")).to_be_visible()


def watch(page):
    """Start the run and look at it until it ends: the frames."""
    page.get_by_role("button", name="Start", exact=True).click()
    progress = page.get_by_text(re.compile(r"^Training · step .*epoch [1-9]"))
    corner = page.get_by_role("button", name="Pause", exact=True).bounding_box()
    clip = {"x": corner["x"] - MARGIN, "y": corner["y"] - MARGIN, **SIZE}
    page.mouse.move(0, 0)
    frames, steered = [], False
    while page.get_by_text("Training ·").count() or not frames:
        frames.append(Image.open(io.BytesIO(page.screenshot(clip=clip))))
        if not steered and progress.count():
            page.get_by_role("slider", name="Learning rate").press("ArrowLeft")
            steered = True
        page.wait_for_timeout(PAUSE)
    return frames[:: -math.ceil(len(frames) / MOST)][::-1]  # the last one stays


def main():
    with Server() as server, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = chromium.new_page(viewport=SCREEN)
        page.goto(server.address + "/draw?model=best")
        expect(page.get_by_text("Nothing drawn yet")).to_be_visible(timeout=60_000)
        draw(page)
        page.goto(server.address + RUN)
        frames = watch(page)
        chromium.close()
    first, *others = (frame.convert("RGB") for frame in frames)
    path = Path(__file__).with_name("training.webp")
    pace = [PACE] * len(others) + [REST]
    look = {"loop": 0, "quality": 70, "method": 6}
    first.save(path, save_all=True, append_images=others, duration=pace, **look)
    print(f"{path.name}: {len(frames)} frames, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
