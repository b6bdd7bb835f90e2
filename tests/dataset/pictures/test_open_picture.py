"""Picture files from strangers: good ones are decoded upright, all others refused."""

import io
import re
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dataset import DataError
from dataset.pictures import picture


def gradient(width=60, height=40):
    """Brightness rises from left to right: told apart from its mirror and its rotations."""
    return Image.fromarray(np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1)))


def saved(picture, kind="PNG", name=None, **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    file.seek(0)
    file.name = name or f"three.{kind.lower()}"
    return file


def refuses(file, reason):
    with pytest.raises(DataError, match="^three.* " + re.escape(reason)) as refusal:
        picture.open_picture(file)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_three_formats_are_read(kind):
    pixels = picture.open_picture(saved(gradient(), kind))
    assert pixels.shape == (40, 60, 3)
    assert pixels.dtype == np.uint8
    np.testing.assert_allclose(pixels[20, :, 0], np.linspace(0, 255, 60), atol=12)


def test_a_path_is_read_like_an_upload(tmp_path):
    gradient().save(tmp_path / "three.png")
    expected = picture.open_picture(saved(gradient()))
    np.testing.assert_array_equal(picture.open_picture(tmp_path / "three.png"), expected)
    np.testing.assert_array_equal(picture.open_picture(str(tmp_path / "three.png")), expected)


def test_an_upload_can_be_read_twice():
    upload = saved(gradient())
    np.testing.assert_array_equal(picture.open_picture(upload), picture.open_picture(upload))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_is_read(mode):
    drawn = gradient().convert("RGB").convert(mode) if mode != "I;16" else gradient()
    if mode == "I;16":
        drawn = Image.fromarray(np.asarray(drawn).astype(np.uint16) * 257)
    pixels = picture.open_picture(saved(drawn))
    assert pixels.shape == (40, 60, 4 if mode.endswith("A") else 3)
    assert pixels[:, :20, :3].mean() < 70
    assert 100 < pixels[:, 20:40, :3].mean() < 155
    assert pixels[:, 40:, :3].mean() > 185


def test_a_photograph_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # taken with the camera on its side
    pixels = picture.open_picture(saved(gradient(), "JPEG", exif=exif))
    assert pixels.shape == (60, 40, 3)
    assert pixels[0].mean() < 20
    assert pixels[-1].mean() > 235


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_large_picture_is_reduced(kind):
    assert picture.open_picture(saved(gradient(3000, 1500), kind)).shape == (512, 1024, 3)


def test_a_telephones_double_picture_counts_as_still():
    file = saved(gradient(), "MPO", name="three.jpg", save_all=True, append_images=[gradient()])
    assert picture.open_picture(file).shape == (40, 60, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind):
    mirrored = gradient().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    refuses(saved(gradient(), kind, save_all=True, append_images=[mirrored]), "is animated")


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PDF"])
def test_other_formats_are_refused_whatever_they_are_called(kind):
    refuses(saved(gradient(), kind, name="three.png"), "is not a readable PNG, JPEG or WebP")


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"<svg/>", bytes(1000)])
def test_what_is_no_picture_is_refused(content):
    file = io.BytesIO(content)
    file.name = "three.png"
    refuses(file, "is not a readable PNG, JPEG or WebP")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused(kind):
    noise = np.random.default_rng(0).integers(0, 256, (90, 90), dtype=np.uint8)
    file = saved(Image.fromarray(noise), kind)
    file.truncate(len(file.getvalue()) // 2)
    refuses(file, "is ")


def test_a_file_with_too_many_bytes_is_refused_unread(monkeypatch):
    monkeypatch.setattr(picture, "MAX_PICTURE_BYTES", 2_000_000)
    file = io.BytesIO(bytes(3_000_000))
    file.name = "three.png"
    refuses(file, "is larger than 2 MB")
    assert file.tell() == 2_000_001


@pytest.mark.parametrize("width, height", [(5001, 5000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(width, height):
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 9) + b"IDAT")
    file.name = "three.png"
    refuses(file, "has more than 25 million pixels")


def test_a_missing_file_is_refused(tmp_path):
    refuses(tmp_path / "three.png", "cannot be read (No such file or directory).")


@settings(max_examples=120, deadline=None)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    cut=st.floats(0, 1),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=4),
)
def test_a_file_broken_anyhow_is_read_or_refused_with_a_sentence(kind, cut, edits):
    content = bytearray(saved(gradient(), kind).getvalue())
    for place, bits in edits:
        content[int(place * len(content))] ^= bits
    file = io.BytesIO(bytes(content[: round(cut * len(content))]))
    file.name = "three.png"
    try:
        pixels = picture.open_picture(file)
    except DataError as error:
        assert str(error).startswith("three.png ")
    else:
        assert picture.from_picture(pixels).shape == (28, 28)


def test_a_picture_whose_shades_were_lost_says_so(tmp_path):
    page = np.zeros((28, 28), np.uint8)
    page[10, 10:13] = 1
    Image.fromarray(page).save(tmp_path / "nearly.png")
    with pytest.raises(DataError, match="almost entirely black"):
        picture.open_picture(tmp_path / "nearly.png")
    page[5:20, 10:13] = 1
    Image.fromarray(page).save(tmp_path / "bar.png")
    assert picture.open_picture(tmp_path / "bar.png").max() == 255
