"""The datasets a visitor can use: those of the repository, and an uploaded one.

Those of the repository are shared by all visitors and read-only; an upload stays in the session.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import streamlit as st

import dataset as data
from dataset import DataError, Dataset, table
from ui.parts.upload import Upload
from ui.parts.wording import plain
from ui.session import state
from ui.session.state import Key

UPLOAD = Key("_upload", kept=True)  # the visitor's own dataset.Dataset; the next one replaces it
CSV = Upload(
    "_csv_file",
    "One row for each image: its label and its pixels",
    (),
    "A CSV or another table of up to 100 MB, plain, zipped or gzipped. The file stays in your "
    "session and is deleted with it.",
    DataError,
)


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
        raise DataError(f"The dataset {name!r} is not open. Open its file again on Explore.")
    return _shipped(name)


def open_dataset(name: str) -> Dataset | None:
    """`dataset`, or None if it is not open: a visitor's file may have been replaced."""
    return dataset(name) if name in dataset_names() else None


def chosen() -> Dataset:
    """The dataset that `choose_dataset` will show, before it is called."""
    name = state.DATASET.asked
    return dataset(name if name in dataset_names() else dataset_names()[0])


def notes(data: Dataset) -> None:
    """What is odd with the data, and what was done about it."""
    lines = [plain(note) for note in data.notes]
    if len(lines) > 1:
        lines = [f"- {line}" for line in lines]
    if lines:
        st.info("\n".join(lines), icon=":material/info:")


def open_upload(file) -> None:
    """Read a visitor's CSV and choose it. Raises `DataError`."""
    title = re.sub(r"[^\w.-]+", "-", file.name)[-40:]
    digest = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    file.seek(0)
    upload = replace(table.read(file, title), name=f"{title} {digest}")
    UPLOAD.set(upload)
    state.DATASET.set(upload.name)


def choose_dataset(on_change: Callable[[], None] | None = None, disabled: bool = False) -> Dataset:
    """A box of all datasets, and one to open a CSV. Use it in a horizontal container."""
    names = dataset_names()
    if state.DATASET.get() not in names:  # an upload that has been replaced
        state.DATASET.set(names[0])

    def read(file) -> None:
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
        help="The datasets of this app, and the file that you opened. All pages use the same one.",
        **state.DATASET.bound,
    )
    if not disabled:
        about = "Use your own images: a table with the label and the pixels of one in each row."
        CSV.show(st.popover, "Open a CSV", read, help=about)
    return dataset(name)
