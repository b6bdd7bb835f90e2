"""The simulated visitors of the benchmark do what a browser does."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from bench.protocol import Seen, Tab
from bench.visitors import SEVEN

pytestmark = pytest.mark.browser


def test_a_simulated_visitor_trains_turns_pages_and_draws(app):
    seen = Seen()

    async def visit():
        async with Tab(urlsplit(app).port, seen) as tab:
            await tab.go("train", "recipe=fast&epochs=100")
            assert await tab.click("Start")
            while not seen.gaps:  # the run's progress was seen to move
                await asyncio.sleep(0.1)
            await tab.go("draw")
            drawing = {"raw": {"objects": [{"type": "Path", "path": SEVEN}]}, "data": None}
            assert await tab.set("canvas", {"drawing": drawing, "backgroundFit": None}, "draw")
            assert any("Huge 7" in text for text in tab.texts)
            await tab.go("train", "recipe=fast&epochs=100")
            assert await tab.click("Reset")

    with ThreadPoolExecutor(1) as apart:  # this thread has Playwright's event loop
        apart.submit(lambda: asyncio.run(asyncio.wait_for(visit(), 60))).result()
    assert seen.errors == []
    assert {"turn the page", "click Start", "draw"} <= set(seen.latencies)
