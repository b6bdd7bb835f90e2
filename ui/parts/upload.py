"""A box that takes a file in, reads it once, and shows why it was refused."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from ui.parts import layout


@dataclass(frozen=True)
class Upload:
    """One kind of file. `error` is what its reader raises, with a sentence, to refuse a file."""

    key: str  # of the uploader; the box and the refusal have keys that begin with it
    prompt: str  # what the file must be
    endings: tuple[str, ...]  # none: any file, so that the reader's own sentence says what it is
    help: str
    error: type[Exception]
    megabytes: int | None = None  # None: the server's own limit

    @property
    def box_key(self) -> str:
        return f"{self.key}_box"

    @property
    def refusal_key(self) -> str:
        return f"{self.key}_refusal"

    def show(self, box: Callable, title: str, read: Callable, **options) -> None:
        """Show it in a box, `st.popover` or `st.expander`, with this title and further options.

        `read(file)` is called once for each file. The box closes if the file was not refused.
        """
        with layout.lazy(title, ":material/upload_file:", self.box_key, box, **options) as opened:
            if not opened.open:
                return
            st.file_uploader(
                self.prompt,
                type=self.endings or None,
                max_upload_size=self.megabytes,
                key=self.key,
                on_change=self._read,
                args=(read,),
                help=self.help,
            )
            if refusal := st.session_state.get(self.refusal_key):
                st.error(refusal)

    def _read(self, read: Callable) -> None:
        st.session_state.pop(self.refusal_key, None)
        file = st.session_state[self.key]
        if file is None:  # the visitor has removed it again
            return
        try:
            read(file)
        except self.error as error:
            st.session_state[self.refusal_key] = str(error)
        else:
            st.session_state[self.box_key] = False
