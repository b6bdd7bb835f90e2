"""What a visitor made outlives a reload of the page, and is let go when the visitor is gone.

To Streamlit a reload (F5) is a new session. So each tab keeps a random word in its `sessionStorage`
and shows it after a reload, and the new session takes over what the one before had. The word stands
in no address, cookie or log, so no shared link carries it; another tab has another word, unless the
browser's "Duplicate tab" copied it: then both tabs show one run.

The register of words holds nothing alive itself. What a gone visitor had stays as long as Streamlit
keeps the session for a lost connection to come back to, and no longer.
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
    """All visits by their word, as long as somebody else holds them."""
    return weakref.WeakValueDictionary()


@st.cache_resource(scope="session", on_release=lambda _: _goodbye(), show_spinner=False)
def _present() -> bool:
    """Streamlit drops this when the connection ends."""
    return True


def keep() -> None:
    """Know this tab again after a reload: every page calls it, through `page.start`."""
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


def _goodbye() -> None:
    """A connection has ended. Its session is forgotten in time, not only when the next one ends."""
    kept_for = st.get_option("server.disconnectedSessionTTL")  # seconds
    try:
        asyncio.get_running_loop().call_later(kept_for + 1, _forget)
    except RuntimeError:  # not on the server's thread: the server is closing, or there is none
        return


def _forget() -> None:
    """Drop the sessions whose time is over; Streamlit itself waits until another is stored."""
    if not runtime.exists():
        return
    manager = runtime.get_instance()._session_mgr
    _let_go(manager._session_storage)
    if not manager.num_active_sessions():  # nobody is kept waiting
        gc.collect()  # a session and its pages refer to each other
    threading.Thread(target=memory.give_back).start()


def _let_go(storage) -> None:
    for _, lost in storage._cache.expire():
        lost.session.shutdown()
        lost.session.session_state.clear()


# In the session
