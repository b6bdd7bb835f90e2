"""The real app on a free port, and a real Chromium to visit it with."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).parents[2]
STARTED_WITHIN = 60  # seconds
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=20_000)  # milliseconds; a test waits for what it expects, never sleeps


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The address of the running app."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = tmp_path_factory.mktemp("app") / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}", "--server.headless=true"]
    command += ["--server.fileWatcherType=none"]  # nothing is edited while it is tested
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        wait_for(address + "/_stcore/health", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)  # the server does not announce itself
    pytest.fail(f"The app did not start within {STARTED_WITHIN} s:\n{log.read_text()}")


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("Chromium is missing: `apt-get install chromium` lets the browser tests run.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def screens(chromium):
    """A laptop and a phone; each keeps what it has downloaded, as browsers do."""
    laptop = chromium.new_context(viewport={"width": 1280, "height": 800})
    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield {"laptop": laptop, "phone": phone}
    laptop.close()
    phone.close()


@pytest.fixture
def visit(app, screens):
    """visit("/explore?digit=4", "phone") → the page of a new visitor."""
    pages = []

    def visit(path: str = "/", screen: str = "laptop"):
        page = screens[screen].new_page()
        pages.append(page)
        page.goto(app + path)
        settle(page)
        return page

    yield visit
    for page in pages:
        expect(page.get_by_test_id("stException")).to_have_count(0)
        page.close()


def settle(page) -> None:
    """Wait until the page's script has run to its end."""
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
