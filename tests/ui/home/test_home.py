"""The home page: a first taste, and roads to all other pages."""

from pathlib import Path

import pytest

from tests.handwriting import SEVEN, fabric
from tests.ui.screen import words
from ui.parts.menu import PAGES
from ui.session import state


@pytest.fixture
def home(visit):
    return visit()


def test_home_invites_to_draw_and_reads_without_a_further_click(home):
    assert "Nothing drawn yet" in words(home)
    home.session_state[state.DRAWING.name] = fabric(SEVEN)
    assert r"# $\Huge 7$" in words(home.run())


def test_home_leads_to_every_other_page(home):
    roads = [link.proto.page for link in home.main.get("page_link")]
    assert [f"pages/{road}.py" for road in roads] == [page.file for page in PAGES[1:]]


def test_every_page_is_registered_exactly_once():
    files = ["streamlit_app.py", *(path.as_posix() for path in Path("pages").glob("*.py"))]
    assert sorted(page.file for page in PAGES) == sorted(files)


def test_what_was_drawn_on_home_is_there_on_draw(home):
    home.session_state[state.DRAWING.name] = fabric(SEVEN)
    draw = home.run().switch_page("pages/draw.py").run()
    assert r"# $\Huge 7$" in words(draw)
