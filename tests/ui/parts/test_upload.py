"""A file is read once; one that is refused is told why, in the box that stays open."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from ui.parts.upload import Upload

    def read(file):
        st.session_state.setdefault("read", []).append(file.getvalue())
        if file.getvalue() == b"bad":
            raise ValueError("It is bad.")

    box = Upload("_file", "A file", ("txt",), "Any text.", ValueError)
    box.show(st.popover, "Open", read, help="Open a file.")


def test_a_file_is_read_once_and_closes_the_box_unless_it_is_refused():
    at = AppTest.from_function(page).run()
    assert not at.file_uploader
    at.session_state["_file_box"] = True
    at.run().file_uploader[0].upload("a.txt", b"bad", "text/plain").run()
    assert [error.value for error in at.error] == ["It is bad."]
    at.run()
    assert at.session_state["read"] == [b"bad"]
    at.file_uploader[0].upload("b.txt", b"good", "text/plain").run()
    assert at.session_state["read"] == [b"bad", b"good"]
    assert not at.error and not at.file_uploader and not at.exception
