"""What a visitor made survives a reload of the page, and is freed when the visitor has left.

For Streamlit a reload (F5) is a new session. So each tab keeps a random word in `sessionStorage`
and sends it after a reload, and the new session takes over what the old one had. The word is in no
address, cookie or log, so no shared link contains it. Another tab has another word, unless the
browser's "Duplicate tab" copied it: then both tabs show one run.

The register of words holds weak references only. What a visitor had stays as long as Streamlit
keeps the session, in case a lost connection comes back, and no longer.
"""

import asyncio
import gc
import threading
import weakref

import streamlit as st
from streamlit import runtime

from ui.jobs import memory
from ui.session import state
from ui.session.state import Key

REMEMBER = """
export default function ({ data, setTriggerValue }) {
  const NAME = "mnist-playground"
  const before = sessionStorage.getItem(NAME)
  if (before && before !== data.word && !data.settled) setTriggerValue("found", before)
  else sessionStorage.setItem(NAME, data.word)
}
"""

TAB = Key("_tab")  # the component that remembers the visit


@st.cache_resource(show_spinner=False)
def _visits() -> weakref.WeakValueDictionary:
    """All visits by their word, as long as something else refers to them."""
    return weakref.WeakValueDictionary()


@st.cache_resource(scope="session", on_release=lambda _: _on_disconnect(), show_spinner=False)
def _present() -> bool:
    """Streamlit drops this when the connection ends."""
    return True


def keep() -> None:
    """Recognise this tab after a reload. Every page calls it, through `page.start`."""
    visit = state.visit()
    _visits()[visit.word] = visit
    _present()

    def take_over():
        mine, before = state.visit(), _visits().get(st.session_state[TAB.name]["found"])
        if before and before is not mine and not mine.values:
            state.take_over(before)
        state.visit().settled = True

    remember = st.components.v2.component("visit", js=REMEMBER)
    word = {"word": visit.word, "settled": visit.settled}
    remember(key=TAB.name, data=word, on_found_change=take_over, height=1)


def _on_disconnect() -> None:
    """A connection has ended: drop its session when its time is over."""
    kept_for = st.get_option("server.disconnectedSessionTTL")  # seconds
    try:
        asyncio.get_running_loop().call_later(kept_for + 1, _forget_expired)
    except RuntimeError:  # not on the server's thread: the server is closing, or there is none
        return


def _forget_expired() -> None:
    """Drop the sessions whose time is over. Streamlit itself waits until another is stored."""
    if not runtime.exists():
        return
    # Streamlit has no public way to its sessions; requirements.txt pins the version that has this.
    manager = runtime.get_instance()._session_mgr
    _drop_expired(manager._session_storage)
    if not manager.num_active_sessions():  # nobody has to wait
        gc.collect()  # a session and its pages refer to each other
    threading.Thread(target=memory.give_back).start()


def _drop_expired(storage) -> None:
    for _, lost in storage._cache.expire():
        lost.session.shutdown()
        lost.session.session_state.clear()
