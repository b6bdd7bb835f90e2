"""The home page: a first taste, and roads to all other pages."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.handwriting import SEVEN, fabric
from ui import state
from ui.page import PAGES


@pytest.fixture
def home():
    yield AppTest.from_file("../../streamlit_app.py", default_timeout=30).run()
    st.cache_resource.clear()


def test_home_invites_to_draw_and_reads_without_a_further_click(home):
    assert not home.exception
    assert any("Nothing drawn yet" in text.value for text in home.markdown)
    home.session_state[state.DRAWING.name] = fabric(SEVEN)
    assert any(text.value == r"# $\Huge 7$" for text in home.run().markdown)


def test_home_leads_to_every_other_page(home):
    roads = [link.proto.page for link in home.main.get("page_link")]
    assert [f"pages/{road}.py" for road in roads] == [page.file for page in PAGES[1:]]


def test_what_was_drawn_on_home_is_there_on_draw(home):
    home.session_state[state.DRAWING.name] = fabric(SEVEN)
    draw = home.run().switch_page("pages/draw.py").run()
    assert not draw.exception
    assert any(text.value == r"# $\Huge 7$" for text in draw.markdown)
