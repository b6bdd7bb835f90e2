"""Opens text files that hold tables: in any encoding, plain or packed, and says what is none."""

import codecs
import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO, cast

from dataset.errors import DataError

HEAD = 4_000  # bytes by which a file's kind and encoding are told
GZIPPED, ZIPPED = b"\x1f\x8b", b"PK\x03\x04"
MAX_LAYERS = 3  # of packing, such as a gzip file in a gzip file
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others raise errors of their own, and later
ENCRYPTED = 1  # of a zip member's flags
UNREADABLE = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    EOFError,
    struct.error,
    zlib.error,
)  # what `zipfile` raises for damaged files
AGAIN = "download the data file itself"

KINDS = (  # pattern of the first bytes, what the file is, what to do
    (rb"(\xef\xbb\xbf)?\s*<", "a web page, perhaps one to sign in", AGAIN),
    (rb"version https://git-lfs", "a pointer of Git LFS, not the data", "run git lfs pull"),
    (rb"(\s*%.*\n)*\s*@(?i:relation)", "an ARFF file", "save it as CSV"),
    (rb"\s*[\[{]", "a JSON file", "save it as CSV"),
    (rb"[^,;\s]+ +\d+:\S+", "a LIBSVM file", "save it as CSV"),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF(?s:....)WEBP", "a picture", "use a table of pixels"),
    (rb"\x93NUMPY|\x80[\2-\5]", "a file of Python or NumPy", "save it as CSV"),
    (rb"PAR1|\x89HDF|SQLite|MATLAB", "a file of another program", "save it as CSV"),
    (rb"\xd0\xcf\x11\xe0", "an Excel workbook", "save it as CSV"),
    (rb"%PDF", "a PDF", "use a CSV file"),
    (rb"\0\0[\x08-\x0e][\1-\4]", "an IDX file", "give the folder with its images and labels"),
    (rb"BZh|\xfd7zXZ|7z\xbc\xaf|Rar!|\x28\xb5\x2f\xfd", "a packed file", "unpack it"),
    (rb"(?s:.{257})ustar", "a tar archive", "unpack it"),
    (ZIPPED, "a zip file", "unpack it"),
)


@contextmanager
def reading(source: BinaryIO, name: str) -> Iterator[TextIO]:
    """`with reading(file, name) as text`: the text of a seekable file, lines ending in \\n.

    A gzip file is unpacked while it is read, and so is a zip file of one table. Bytes that are no
    text stay as surrogates, for `mend`. Raises `DataError` for other kinds of files, also later.
    """
    file, depth, packed = source, 0, "damaged gzip"
    file.seek(0)
    try:
        while (head := file.read(HEAD))[:4] == ZIPPED or head[:2] == GZIPPED:
            file.seek(0)
            depth += 1
            if depth > MAX_LAYERS:
                raise DataError(f"{name} is packed more than {MAX_LAYERS} times: unpack it.")
            if head[:2] == GZIPPED:
                file = cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
            elif depth > 1:  # its list of members is at the end, so all would be unpacked to see it
                raise DataError(f"{name} is a zip file that is packed once more: unpack it.")
            else:
                file, packed = _member(file, name), "a damaged zip file"
        file.seek(0)
        encoding = _encoding(head, name)
        errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
        text = io.TextIOWrapper(file, encoding, errors)
        try:
            yield text
        finally:
            text.detach()  # else the source would be closed with it
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(f"{name} is {packed}: unpack it, or pack it again.") from error
    except UnicodeError as error:
        raise DataError(f"{name} is damaged text: save it again as UTF-8.") from error


def kind_of(head: bytes) -> tuple[str, str] | None:
    """What the file is that starts so, and what to do with it; None for data or what is unknown."""
    found = (about for pattern, *about in KINDS if re.match(pattern, head))
    return next(((kind, mending) for kind, mending in found), None)


def mend(text: str) -> str:
    """Text of UTF-8 in which bytes of older encodings are surrogates → text without."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def decode(content: bytes) -> str:
    """The text of a small file in UTF-8 or UTF-16, or else in the older encoding of Windows."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    return mend(content.decode("utf-8-sig", "surrogateescape"))


def _member(file: BinaryIO, name: str) -> BinaryIO:
    """The one table in a zip file."""
    damaged = f"{name} is a damaged zip file: unpack it, or pack it again."
    try:
        archive = zipfile.ZipFile(file)
    except UNREADABLE as error:
        raise DataError(damaged) from error
    members = [
        member
        for member in archive.namelist()
        if not member.endswith("/") and not member.startswith("__MACOSX")
    ]
    if any(member.startswith(("xl/", "word/")) for member in members):
        raise DataError(f"{name} is an Excel workbook: save it as CSV.")
    if members and all(member.endswith(".npy") for member in members):
        raise DataError(f"{name} is a file of NumPy, .npz: save its arrays as CSV.")
    tables = [member for member in members if ".csv" in member.lower()] or members
    if len(tables) != 1:
        some = ", ".join(tables[:3])[:80] or "nothing"
        raise DataError(f"{name} is a zip file of {some}: unpack it and choose one CSV file.")
    about = archive.getinfo(tables[0])
    if about.flag_bits & ENCRYPTED:
        raise DataError(f"{name} needs a password: unpack it and use the CSV file.")
    if about.compress_type not in METHODS:
        raise DataError(f"{name} is packed in an unusual way: unpack it and use the CSV file.")
    try:
        return cast(BinaryIO, archive.open(about))
    except UNREADABLE as error:
        raise DataError(damaged) from error


def _encoding(head: bytes, name: str) -> str:
    """The encoding of a text file that starts with `head`; DataError for what is no table."""
    if not head:
        raise DataError(f"{name} is empty: choose a CSV file with rows of labels and pixels.")
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if found := kind_of(head):
        raise DataError(f"{name} is {found[0]}: {found[1]}.")
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > 0.4 * len(head) / 2 and min(even, odd) == 0:
        return "utf-16-le" if odd else "utf-16-be"
    if 0 in head:
        raise DataError(f"{name} is not a text file: use a CSV file, or a folder of IDX files.")
    return "utf-8"
