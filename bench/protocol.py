"""A browser tab without a browser: the client side of Streamlit's protocol.

Messages are Streamlit's protocol buffers over one websocket. A tab keeps the widgets on the page by
their labels, requests the periodic reruns of fragments, and measures how long an action takes: from
the click to the last message of the run that it causes.
"""

import asyncio
import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

PATIENCE = 30.0  # seconds; an action that takes longer has failed
SOON = 5.0  # seconds within which a button must appear; a page that reruns lacks it for a while
GO = ("Start", "Resume")  # after these, a run must show progress
STEP = re.compile(r"step ([\d,]+), epoch")


@dataclass
class Seen:
    """What all tabs together measured."""

    latencies: dict = field(default_factory=dict)  # action → seconds
    gaps: list = field(default_factory=list)  # seconds without progress of a run on the screen
    errors: list = field(default_factory=list)


class Tab:
    """One page in one session, opened with `async with`."""

    def __init__(self, port: int, seen: Seen):
        self.port, self.seen = port, seen
        self.pages: dict[str, str] = {}  # name → hash
        self.page = ""
        self.query = ""
        self.elements: dict[str, tuple[str, str]] = {}  # label → (widget id, its fragment)
        self.texts: list[str] = []  # received since the last message to the server
        self.widgets: dict[str, str] = {}  # JSON values that were sent
        self.step, self.step_seen = 0, None
        self._run, self._of_fragment = "", False
        self._waiting: list = []  # [fragment or "", future, started]
        self._ticks: dict[str, tuple[float, asyncio.Task]] = {}  # fragment → interval, sender

    async def __aenter__(self) -> "Tab":
        address = f"ws://127.0.0.1:{self.port}/_stcore/stream"
        self._socket = await websockets.connect(
            address, subprotocols=["streamlit"], max_size=None, open_timeout=PATIENCE
        )
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._look_away()
        self._stop_ticks()
        self._listener.cancel()
        await self._socket.close()

    async def go(self, page: str, query: str = "") -> None:
        """Open a page, as its link does."""
        self.query = query
        self._look_away()
        self._stop_ticks()
        self.widgets.clear()
        await self._ask("turn the page", name=page, page_hash=self.pages.get(page, ""))
        self.page = self.pages.get(page, "")

    async def click(self, label: str) -> bool:
        """Press a button; False, and an error in `seen`, if no button has that label."""
        if not (found := await self._find(label)):
            return False
        if label in GO:
            self.step_seen = time.perf_counter()
        await self._ask(f"click {label}", found[1], trigger=found[0])
        return True

    async def set(self, label: str, value: Any, action: str) -> bool:
        """Set the value of a component, or of a widget with a JSON value; False as in `click`."""
        if not (found := await self._find(label)):
            return False
        widget, fragment = found
        self.widgets[widget] = json.dumps(value)
        await self._ask(action, fragment)
        return True

    async def _find(self, label: str) -> tuple[str, str] | None:
        """(widget, fragment) of that label, as soon as it is on the page."""
        deadline = time.monotonic() + SOON
        while label not in self.elements and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        if label not in self.elements:
            self.seen.errors.append(f"there is no {label!r} on the page")
        return self.elements.get(label)

    async def _ask(self, action, fragment="", **what):
        done = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        self._waiting.append([fragment, done, False])
        await self._send(fragment, **what)
        try:
            await asyncio.wait_for(done, PATIENCE)
        except TimeoutError:
            self.seen.errors.append(f"{action}: no answer within {PATIENCE:g} s")
        self.seen.latencies.setdefault(action, []).append(time.perf_counter() - began)

    async def _send(self, fragment="", name="", page_hash="", trigger=None, tick=False):
        self.texts.clear()
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.fragment_id, rerun.is_auto_rerun = self.query, fragment, tick
        rerun.page_script_hash, rerun.page_name = page_hash or self.page, name
        if name and page_hash:
            rerun.page_name = ""
        for widget, value in self.widgets.items():
            rerun.widget_states.widgets.add(id=widget, json_value=value)
        if trigger:
            rerun.widget_states.widgets.add(id=trigger, trigger_value=True)
        await self._socket.send(message.SerializeToString())

    async def _tick(self, interval, fragment):
        while True:
            await asyncio.sleep(interval)
            await self._send(fragment, tick=True)

    async def _listen(self):
        with suppress(websockets.ConnectionClosed):
            async for frame in self._socket:
                message = ForwardMsg()
                message.ParseFromString(frame)
                kind = message.WhichOneof("type")
                if handle := getattr(self, f"_on_{kind}", None):
                    handle(message)

    def _on_new_session(self, message):
        self._of_fragment = list(message.metadata.run.fragment_ids)
        for waiting in self._waiting:  # runs requested earlier do not count
            waiting[2] = waiting[2] or not self._of_fragment or waiting[0] in self._of_fragment
        if self._of_fragment:
            return
        if message.new_session.page_script_hash != self.page:
            self.step_seen = None  # of the page before, which may send one more message
        self.page = message.new_session.page_script_hash
        self.elements.clear()
        self._stop_ticks()

    def _on_navigation(self, message):
        for page in message.navigation.app_pages:
            self.pages[page.url_pathname or ""] = page.page_script_hash

    def _on_script_finished(self, message):
        if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        fragments = list(message.metadata.run.fragment_ids)
        for waiting in list(self._waiting):
            fragment, done, began = waiting
            if began and (not fragments or fragment in fragments):
                self._waiting.remove(waiting)
                if not done.done():
                    done.set_result(None)

    def _on_auto_rerun(self, message):
        interval, fragment = message.auto_rerun.interval, message.auto_rerun.fragment_id
        if fragment in self._ticks and self._ticks[fragment][0] == interval:
            return  # every run sends it again
        self._stop_ticks([fragment])
        self._ticks[fragment] = interval, asyncio.create_task(self._tick(interval, fragment))

    def _on_stop_auto_rerun(self, message):
        self._stop_ticks(message.stop_auto_rerun.fragment_ids)

    def _stop_ticks(self, fragments=None):
        for fragment in list(self._ticks) if fragments is None else fragments:
            if fragment in self._ticks:
                self._ticks.pop(fragment)[1].cancel()

    def _on_delta(self, message):
        delta = message.delta
        if delta.WhichOneof("type") != "new_element":
            return
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            self.elements[element.button.label] = element.button.id, delta.fragment_id
        elif kind == "bidi_component":
            name = element.bidi_component.id.rpartition("-")[2]
            self.elements[name] = element.bidi_component.id, delta.fragment_id
        elif kind == "markdown":
            self.texts.append(element.markdown.body)
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self.seen.errors.append(element.alert.body[:200])
        elif kind == "exception":
            self.seen.errors.append(element.exception.message[:200])
        elif kind == "progress" and (match := STEP.search(element.progress.text)):
            self._notice(int(match[1].replace(",", "")), "Training" in element.progress.text)

    def _notice(self, step, learning):
        if step != self.step or not learning:
            self._look_away()
        if learning and self.step_seen is None:
            self.step_seen = time.perf_counter()
        self.step = step

    def _look_away(self):
        """Count the time since the last progress as a gap, also if no progress follows."""
        if self.step_seen is not None:
            self.seen.gaps.append(time.perf_counter() - self.step_seen)
            self.step_seen = None
