"""Packed tables: what is damaged or hides more is refused, and our own mistakes stay errors."""

import gzip
import io
import zipfile

import pytest

from dataset import DataError, text

CONTENT = b"label,pixel0\n" + b"3,7\n" * 2000


def zipped(method=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("mine.csv", CONTENT)
    return packed.getvalue()


def read(content):
    with text.reading(io.BytesIO(content), "mine.csv") as opened:
        return opened.read()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_usual_zip_files_are_read_also_with_gzip_inside(method):
    assert read(zipped(method)) == CONTENT.decode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("mine.csv.gz", gzip.compress(CONTENT))
    assert read(packed.getvalue()) == CONTENT.decode()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_files_packed_in_other_ways_are_refused(method):
    with pytest.raises(DataError, match="is packed in an unusual way: unpack it"):
        read(zipped(method))


def test_a_zip_file_in_another_file_is_not_unpacked(monkeypatch):
    content = gzip.compress(zipped())
    monkeypatch.setattr(text.zipfile, "ZipFile", pytest.fail)
    with pytest.raises(DataError, match="is a zip file that is packed once more: unpack it"):
        read(content)


@pytest.mark.parametrize("end", [4, 60, -30])
def test_half_a_zip_file_is_damaged(end):
    with pytest.raises(DataError, match="^mine.csv is a damaged zip file: unpack it"):
        read(zipped()[:end])


def test_a_password_is_said():
    content = bytearray(zipped())
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + place] |= text.ENCRYPTED
    with pytest.raises(DataError, match="needs a password"):
        read(bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_file_damaged_at_any_place_is_read_or_refused(method):
    content = zipped(method)
    ends = [*range(0, len(content), 37), *range(len(content) - 150, len(content))]
    for place in ends[-400:]:
        for damaged in (
            content[:place],
            content[:place] + b"\xff" + content[place + 1 :],
            content[:place] + bytes(8) + content[place + 8 :],
        ):
            try:
                read(damaged)
            except DataError as error:
                assert str(error).startswith("mine.csv ")


@pytest.mark.parametrize("kind", [RuntimeError, NotImplementedError, OSError])
def test_errors_of_whoever_reads_are_not_called_a_damaged_file(kind):
    with pytest.raises(kind, match="mine"), text.reading(io.BytesIO(zipped()), "mine.csv"):
        raise kind("a mistake of mine")
