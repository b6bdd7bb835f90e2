"""The datasets within a visitor's reach: those of the repository, and an uploaded one.

Those of the repository are shared by all visitors and read-only; an upload stays in the session.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

import dataset as data
from dataset import DataError, Dataset, table
from ui.session import state
from ui.session.state import Key

UPLOAD = Key("_upload", kept=True)  # the visitor's own dataset.Dataset; the next one replaces it
UPLOAD_ERROR = Key("_upload_error")  # why the last file was refused, as a sentence
UPLOAD_FILE = Key("_upload_file")
UPLOAD_OPEN = Key("_upload_open", False)


@st.cache_resource(max_entries=4, show_spinner="Opening the dataset …")
def _shipped(name: str) -> Dataset:
    return data.load(name)


def dataset_names() -> list[str]:
    """The choices of this visitor: the repository's datasets, then an uploaded one."""
    upload = UPLOAD.get()
    return data.names() + ([upload.name] if upload else [])


def dataset(name: str) -> Dataset:
    """One of `dataset_names()`. Its arrays are shared and read-only. Raises `DataError`."""
    upload = UPLOAD.get()
    if upload and upload.name == name:
        return upload
    if name not in data.names():  # else a name could be the path of any file here
        raise DataError(f"The dataset {name!r} is not open: open its file again on Explore.")
    return _shipped(name)


def open_upload(file) -> None:
    """Read a visitor's CSV and choose it; a refusal is kept in `state.UPLOAD_ERROR`."""
    UPLOAD_ERROR.clear()
    title = re.sub(r"[^\w.-]+", "-", file.name)[-40:]
    digest = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    file.seek(0)
    try:
        upload = replace(table.read(file, title), name=f"{title} {digest}")
    except DataError as error:
        UPLOAD_ERROR.set(str(error))
    else:
        UPLOAD.set(upload)
        state.DATASET.set(upload.name)
        UPLOAD_OPEN.set(False)


def choose_dataset(on_change: Callable[[], None] | None = None, disabled: bool = False) -> Dataset:
    """A box of all datasets, and one to open a CSV. Place it in a horizontal container."""
    names = dataset_names()
    if state.DATASET.get() not in names:  # the upload it named has been replaced
        state.DATASET.set(names[0])

    def read() -> None:
        if file := st.session_state[UPLOAD_FILE.name]:
            st.toast("Reading the file …", icon=":material/hourglass_top:", duration="long")
            open_upload(file)
            if on_change:
                on_change()

    name = st.selectbox(
        "Dataset",
        names,
        width=200,
        on_change=on_change,
        disabled=disabled,
        help="The datasets that come with the app, and the file you opened. Train uses the same.",
        **state.DATASET.bound,
    )
    if disabled:
        return dataset(name)
    with st.popover(
        "Open a CSV",
        icon=":material/upload_file:",
        key=UPLOAD_OPEN.name,
        on_change="rerun",
        help="Bring your own images, in the form of Kaggle's Digit Recognizer.",
    ) as box:
        if box.open:
            st.file_uploader(
                "One row an image: label, pixel0 … pixel783",
                type=["csv", "gz"],
                key=UPLOAD_FILE.name,
                on_change=read,
                help="Up to 100 MB, also gzipped. It stays in your session and ends with it.",
            )
            if refusal := UPLOAD_ERROR.get():
                st.error(refusal)
    return dataset(name)
