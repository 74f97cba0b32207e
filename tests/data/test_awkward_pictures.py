"""Pictures as cameras, scanners and programs of others write them, each with what is right to read.

Files are made byte by byte where a library would not write them so.
"""

import io
import struct
import warnings
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from synth_anomaly.data import Reading, read_image
from synth_anomaly.data.images import decoded_image, image_size
from synth_anomaly.errors import DataError, ImageFileError

LEVELS = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5 + 10
COLOURS = np.dstack([LEVELS, LEVELS[::-1], LEVELS[:, ::-1]])
WHITE = np.full_like(LEVELS, 255)
NEVER = np.zeros_like(LEVELS)
SEEN = np.where(LEVELS > 99, WHITE, 0).astype(np.uint8)


def deep(levels, white):
    """Return the values of levels where another value than 255 is white."""
    return np.rint(levels * (white / 255)).astype(np.uint16)


def saved(image, kind, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **options)
    return file.getvalue()


def with_alpha(levels, alpha):
    return np.dstack([levels, alpha])


# PNG, chunk by chunk


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(values, *before, kind=None, bits=None):
    """Return samples as a PNG file, with chunks before the pixels."""
    bits = bits or values.dtype.itemsize * 8
    channels = 1 if values.ndim == 2 else values.shape[2]
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels] if kind is None else kind
    height, width = values.shape[:2]
    rows = values.astype(">u2" if bits == 16 else "u1").reshape(height, -1)
    scan = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), *before, chunk(b"IDAT", zlib.compress(scan)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def significant(bits, channels=1):
    return chunk(b"sBIT", bytes([bits] * channels))


def scaled(values, bits):
    """Return samples of some bits in 16, as PNG wants them: moved up, their top bits repeated below."""
    return (values << (16 - bits)) | (values >> (2 * bits - 16))


# TIFF, tag by tag


def packed(values, bits):
    """Return samples packed bit by bit, each row beginning with a byte."""
    flat = values.reshape(len(values), -1).astype(np.uint32)
    digits = (flat[..., None] >> np.arange(bits - 1, -1, -1)) & 1
    return np.packbits(digits.astype(np.uint8).reshape(len(values), -1), axis=1).tobytes()


def tiff(values, bits, *, content=None, order="<", planar=False, big=False, **tags):
    """Return samples as a TIFF file of one strip, or of one for each colour, with tags by their numbers."""
    height, width = values.shape[:2]
    samples = 1 if values.ndim == 2 else values.shape[2]
    if content is None:
        layers = np.moveaxis(values, 2, 0) if planar else values[None]
        kind = {8: "u1", 16: f"{order}u2", 32: f"{order}f4"}
        strips = [
            packed(one, bits) if bits not in kind else one.astype(kind[bits]).tobytes() for one in layers
        ]
    else:
        strips = [content]
    entries = {
        256: ("H", [width]),
        257: ("H", [height]),
        258: ("H", [bits] * samples),
        259: ("H", [1]),
        262: ("H", [1 if samples < 3 else 2]),
        273: ("I", []),
        277: ("H", [samples]),
        278: ("I", [height]),
        279: ("I", [len(strip) for strip in strips]),
        284: ("H", [2 if planar else 1]),
        339: ("H", [3 if bits == 32 else 1] * samples),
        **{int(name[1:]): value for name, value in tags.items()},
    }
    start = 16 if big else 8
    offsets = [start + sum(map(len, strips[:row])) for row in range(len(strips))]
    entries[273] = ("I", offsets)
    body = b"".join(strips)
    body += b"\0" * (len(body) % 2)
    directory = start + len(body)
    room, count_code, offset_code = (8, "Q", "Q") if big else (4, "H", "I")
    length = (8 if big else 2) + len(entries) * (20 if big else 12) + room
    beyond = b""
    listed = struct.pack(order + count_code, len(entries))
    kinds = {"s": 2, "H": 3, "I": 4}
    for tag in sorted(entries):
        code, numbers = entries[tag]
        raw = numbers if code == "s" else struct.pack(f"{order}{len(numbers)}{code}", *numbers)
        place = raw.ljust(room, b"\0")
        if len(raw) > room:
            place = struct.pack(order + offset_code, directory + length + len(beyond))
            beyond += raw + b"\0" * (len(raw) % 2)
        listed += struct.pack(f"{order}HH{offset_code}", tag, kinds[code], len(numbers)) + place
    listed += struct.pack(order + offset_code, 0)
    mark = b"II" if order == "<" else b"MM"
    head = (
        struct.pack(f"{order}HHHQ", 43, 8, 0, directory) if big else struct.pack(f"{order}HI", 42, directory)
    )
    return mark + head + body + listed + beyond


# BMP and TGA, whose fourth byte may be nothing


def bmp32(colours, fourth, *, masks):
    """Return a BMP file of 32 bits; with masks it declares an alpha."""
    pixels = np.dstack([colours[..., ::-1], fourth])[::-1].tobytes()
    height, width = fourth.shape
    size, compression = (108, 3) if masks else (40, 0)
    head = struct.pack("<IiiHHIIiiII", size, width, height, 1, 32, compression, len(pixels), 2835, 2835, 0, 0)
    if masks:
        head += struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000) + b" niW" + bytes(48)
    return struct.pack("<2sIHHI", b"BM", 14 + len(head) + len(pixels), 0, 0, 14 + len(head)) + head + pixels


def tga32(colours, fourth, *, attribute_bits):
    height, width = fourth.shape
    head = struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, width, height, 32, 0x20 | attribute_bits)
    return head + np.dstack([colours[..., ::-1], fourth]).tobytes()


def pnm(kind, values, maxval, comment=b""):
    head = f"P{kind}\n".encode() + comment + f"{values.shape[1]} {values.shape[0]}\n{maxval}\n".encode()
    if kind in (2, 3):
        return head + b" ".join(str(value).encode() for value in values.ravel().tolist())
    return head + values.astype(">u2" if maxval > 255 else "u1").tobytes()


def exif(orientation):
    block = Image.Exif()
    block[0x0112] = orientation
    return block.tobytes()


def jpeg_with(*segments):
    """Return a JPEG file with segments behind its beginning, and the colours that Pillow finds in it."""
    plain = saved(COLOURS, "JPEG", quality=95)
    marked = b"".join(b"\xff" + code + struct.pack(">H", 2 + len(text)) + text for code, text in segments)
    return plain[:2] + marked + plain[2:]


def as_pillow_shows(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


LONG_TEXT = zlib.compress(b"x" * 3_000_000)
HALF_TEXT = chunk(b"zTXt", b"Comment\0\0" + LONG_TEXT)
LONG_PROFILE = chunk(b"iCCP", b"profile\0\0" + LONG_TEXT)
CUT_EXIF = b"Exif\0\0II*\0\xff\xff\xff\xff"
RANDOM = np.random.default_rng(0).integers(0, 256, LEVELS.shape, np.uint8)
DEEP12, DEEP10, DEEP14 = (deep(LEVELS, (1 << bits) - 1) for bits in (12, 10, 14))
RGB12, RGB10, RGB14, RGB16 = (deep(COLOURS, (1 << bits) - 1) for bits in (12, 10, 14, 16))

# what a file holds, what is right to read, and what the user says of it
READ = {
    # a byte that nobody filled is no transparency
    "alpha 0, BMP that declares it": (bmp32(COLOURS, NEVER, masks=True), COLOURS, {}),
    "padding 0, BMP": (bmp32(COLOURS, NEVER, masks=False), COLOURS, {}),
    "padding of anything, BMP": (bmp32(COLOURS, RANDOM, masks=False), COLOURS, {}),
    "alpha 255, BMP": (bmp32(COLOURS, WHITE, masks=True), COLOURS, {}),
    "padding 0, TGA": (tga32(COLOURS, NEVER, attribute_bits=0), COLOURS, {}),
    "padding of anything, TGA": (tga32(COLOURS, RANDOM, attribute_bits=0), COLOURS, {}),
    "alpha 0, TGA that declares it": (tga32(COLOURS, NEVER, attribute_bits=8), COLOURS, {}),
    "alpha 0, RGBA PNG": (saved(with_alpha(COLOURS, NEVER), "PNG"), COLOURS, {}),
    "alpha 1 of 255, RGBA PNG": (saved(with_alpha(COLOURS, NEVER + 1), "PNG"), COLOURS, {}),
    "alpha 0, LA PNG": (png(with_alpha(LEVELS, NEVER)), LEVELS, {}),
    "alpha 0, RGBA TIFF": (saved(with_alpha(COLOURS, NEVER), "TIFF"), COLOURS, {}),
    "alpha 0, 16-bit RGBA PNG": (png(deep(with_alpha(COLOURS, NEVER), 65535)), COLOURS, {}),
    "alpha 0, lossless WebP": (
        saved(with_alpha(COLOURS, NEVER), "WEBP", lossless=True, exact=True),
        COLOURS,
        {},
    ),
    "all transparent, grey PNG with a key": (png(NEVER, chunk(b"tRNS", b"\0\0")), NEVER, {}),
    # real transparency is shown over a stated background
    "half transparent": (png(with_alpha(COLOURS, SEEN)), "over white", {}),
    "half transparent over black": (
        png(with_alpha(COLOURS, SEEN)),
        "over black",
        {"background": "black"},
    ),
    "16-bit transparency": (
        png(deep(with_alpha(COLOURS, SEEN), 65535)),
        "over white",
        {},
    ),
    "16-bit TIFF with transparency": (
        tiff(deep(with_alpha(COLOURS, SEEN), 65535), 16, t338=("H", [2])),
        "over white",
        {},
    ),
    # depths that files declare
    "16 bits, PNG": (png(deep(LEVELS, 65535)), LEVELS, {}),
    "16 bits, RGB PNG": (png(RGB16), COLOURS, {}),
    "16 bits, grey with alpha, PNG": (png(deep(with_alpha(LEVELS, WHITE), 65535)), LEVELS, {}),
    "12 of 16 bits as PNG wants them": (png(scaled(DEEP12, 12), significant(12)), LEVELS, {}),
    "12 of 16 bits, RGB, as PNG wants them": (png(scaled(RGB12, 12), significant(12, 3)), COLOURS, {}),
    "10 of 16 bits as PNG wants them": (png(scaled(DEEP10, 10), significant(10)), LEVELS, {}),
    "12 of 16 bits as cameras write PNG": (png(DEEP12, significant(12)), LEVELS, {}),
    "10 of 16 bits as cameras write PNG": (png(DEEP10, significant(10)), LEVELS, {}),
    "14 of 16 bits, RGB, as cameras write PNG": (png(RGB14, significant(14, 3)), COLOURS, {}),
    # a nearly black picture as PNG wants it, which 8 bits by 16 in 12 look like: --white says which
    "8 bits by 16 in 12 of 16 bits": (
        png(LEVELS.astype(np.uint16) * 16, significant(12)),
        np.rint(LEVELS * (16 * 255 / 4095)).astype(np.uint8),
        {"white": 4095},
    ),
    "a nearly black picture of 12 bits as PNG wants it": (
        png(scaled(LEVELS.astype(np.uint16), 12), significant(12)),
        np.rint(LEVELS * (16 * 255 / 65535)).astype(np.uint8),
        {},
    ),
    "16 bits, RGB TIFF": (tiff(RGB16, 16), COLOURS, {}),
    "16 bits, RGB TIFF, big end first": (tiff(RGB16, 16, order=">"), COLOURS, {}),
    "16 bits, BigTIFF": (tiff(deep(LEVELS, 65535), 16, big=True), LEVELS, {}),
    "16 bits, RGB TIFF, colour by colour": (tiff(RGB16, 16, planar=True), COLOURS, {}),
    "16 bits, TIFF, white is zero": (tiff(deep(255 - LEVELS, 65535), 16, t262=("H", [0])), LEVELS, {}),
    "10 bits packed, TIFF": (tiff(DEEP10, 10), LEVELS, {}),
    "12 bits packed, TIFF": (tiff(DEEP12, 12), LEVELS, {}),
    "14 bits packed, TIFF": (tiff(DEEP14, 14), LEVELS, {}),
    "12 bits packed, RGB TIFF": (tiff(RGB12, 12), COLOURS, {}),
    "10 bits packed and deflated, TIFF": (
        tiff(DEEP10, 10, content=zlib.compress(packed(DEEP10, 10)), t259=("H", [8])),
        LEVELS,
        {},
    ),
    "12 of 16 bits, TIFF with a highest value": (tiff(DEEP12, 16, t281=("H", [4095])), LEVELS, {}),
    "12 bits, PGM": (pnm(5, DEEP12, 4095), LEVELS, {}),
    "10 bits, PGM as text": (pnm(2, DEEP10, 1023), LEVELS, {}),
    "12 bits, PPM": (pnm(6, RGB12, 4095), COLOURS, {}),
    "12 bits, PPM as text with a remark": (pnm(3, RGB12, 4095, b"# 12 bits\n"), COLOURS, {}),
    "8 bits, PGM": (pnm(5, LEVELS, 255), LEVELS, {}),
    "floats": (tiff((LEVELS / 255).astype(np.float32), 32), LEVELS, {}),
    "floats, RGB": (tiff((COLOURS / 255).astype(np.float32), 32), COLOURS, {}),
    # depths that only the user knows
    "12 of 16 bits, PNG": (png(DEEP12), LEVELS, {"white": 4095}),
    "10 of 16 bits, PNG": (png(DEEP10), LEVELS, {"white": 1023}),
    "8 of 16 bits, PNG": (png(LEVELS.astype(np.uint16)), LEVELS, {"white": 255}),
    "12 of 16 bits, RGB PNG": (png(RGB12), COLOURS, {"white": 4095}),
    "14 of 16 bits, RGB TIFF": (tiff(RGB14, 16), COLOURS, {"white": 16383}),
    "10 of 16 bits, RGB TIFF, colour by colour": (tiff(RGB10, 16, planar=True), COLOURS, {"white": 1023}),
    "12 of 16 bits, PGM": (pnm(5, DEEP12, 65535), LEVELS, {"white": 4095}),
    "floats up to 255": (tiff(LEVELS.astype(np.float32), 32), LEVELS, {"white": 255}),
    "8 bits, whatever is white": (png(LEVELS), LEVELS, {"white": 4095}),
    "above white": (png(DEEP12 + 4096), WHITE, {"white": 4095}),
    # turned as cameras note it
    "turned, TIFF": (tiff(COLOURS, 8, t274=("H", [6])), np.rot90(COLOURS, -1), {}),
    "turned, TIFF by a text": (tiff(COLOURS, 8, t274=("s", b"8\0")), np.rot90(COLOURS), {}),
    "turned, TIFF by nonsense": (tiff(COLOURS, 8, t274=("s", b"up\0")), COLOURS, {}),
    "turned, 16-bit RGB TIFF": (tiff(RGB16, 16, t274=("H", [3])), COLOURS[::-1, ::-1], {}),
    "turned, 16-bit RGB PNG": (png(RGB16, chunk(b"eXIf", exif(6)[6:])), np.rot90(COLOURS, -1), {}),
    "turned, PNG": (png(COLOURS, chunk(b"eXIf", exif(5)[6:])), COLOURS.swapaxes(0, 1), {}),
    "turned, WebP": (saved(COLOURS, "WEBP", lossless=True, exif=exif(6)), np.rot90(COLOURS, -1), {}),
    # metadata that is wrong costs no pixel
    "EXIF cut short, PNG": (png(COLOURS, chunk(b"eXIf", CUT_EXIF)), COLOURS, {}),
    "EXIF of noise, PNG": (png(COLOURS, chunk(b"eXIf", RANDOM.tobytes())), COLOURS, {}),
    "a text of 3 MB, PNG": (png(COLOURS, HALF_TEXT), COLOURS, {}),
    "a profile of 3 MB, PNG": (png(COLOURS, LONG_PROFILE), COLOURS, {}),
    "a profile that is none, PNG": (png(COLOURS, chunk(b"iCCP", b"p\0\0noise")), COLOURS, {}),
    "a text of 3 MB, turned, PNG": (
        png(COLOURS, chunk(b"eXIf", exif(6)[6:]), HALF_TEXT),
        np.rot90(COLOURS, -1),
        {},
    ),
    "a text of 3 MB, 16-bit RGB PNG": (png(RGB16, HALF_TEXT), COLOURS, {}),
    "EXIF cut short, JPEG": (jpeg_with((b"\xe1", CUT_EXIF)), "as Pillow", {}),
    "EXIF of noise, JPEG": (jpeg_with((b"\xe1", b"Exif\0\0" + RANDOM.tobytes())), "as Pillow", {}),
    "a list of pictures that is none, JPEG": (
        jpeg_with((b"\xe2", b"MPF\0II*\0\x08\0\0\0\xff\xff")),
        "as Pillow",
        {},
    ),
    "a profile that is none, JPEG": (jpeg_with((b"\xe2", b"ICC_PROFILE\0\x01\x09noise")), "as Pillow", {}),
    "a text tag beyond the end, TIFF": (tiff(COLOURS, 8, t270=("s", b"x" * 9))[:-6], COLOURS, {}),
}


@pytest.mark.parametrize("case", READ)
def test_what_is_read_is_what_the_file_shows(tmp_path, case):
    data, expected, said = READ[case]
    path = tmp_path / "picture"  # known by what is in it
    path.write_bytes(data)
    if isinstance(expected, str):
        behind = {"over white": 255, "over black": 0}.get(expected)
        shown = np.where(LEVELS[..., None] > 99, COLOURS, behind)
        expected = as_pillow_shows(jpeg_with()) if behind is None else shown
    expected = np.broadcast_to(
        expected if expected.ndim == 3 else expected[..., None], (*expected.shape[:2], 3)
    )
    assert np.array_equal(read_image(path, Reading(**said)), expected)
    assert image_size(path) == expected.shape[:2]


# what the file is, and the reason of the error
REFUSED = {
    "floats above 1": (tiff(np.full((4, 4), 1.5, np.float32), 32), "1.5"),
    "floats up to 255": (tiff(LEVELS.astype(np.float32), 32), "--white 255"),
    "floats below 0": (tiff(np.full((4, 4), -0.1, np.float32), 32), "-0.1"),
    "floats that are none": (tiff(np.full((4, 4), np.nan, np.float32), 32), "nan"),
    "RGB floats that are none": (tiff(np.full((4, 4, 3), np.nan, np.float32), 32), "nan"),
    "PGM cut short": (pnm(5, DEEP12, 4095)[:-9], "of 48 samples"),
    "16-bit RGB PNG cut short": (png(RGB16)[:60], ""),
    "16-bit RGB TIFF without pixels": (tiff(RGB16, 16)[:16], ""),
    "TIFF without a directory": (b"II*\0\xff\xff\0\0", ""),
    "nothing": (b"", ""),
    "no picture": (b"a letter", ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_picture_is_refused_in_one_line(tmp_path, case):
    data, reason = REFUSED[case]
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_image(path)
    assert str(path) in str(caught.value)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["wide.png", "wide.bmp", "wide.tif", "wide.webp", "deep.png"])
def test_a_picture_above_the_limit_is_read_where_that_is_allowed(tmp_path, name):
    path = tmp_path / name
    if name == "deep.png":
        path.write_bytes(png(RGB16))
    else:
        Image.fromarray(COLOURS).save(path, lossless=True) if name.endswith("webp") else Image.fromarray(
            COLOURS
        ).save(path)
    with pytest.raises(ImageFileError) as caught:
        read_image(path, Reading(max_pixels=47))
    assert (caught.value.path, "48 pixels" in caught.value.reason) == (path, True)
    assert "--max-pixels 48" in caught.value.cure
    assert np.array_equal(read_image(path, Reading(max_pixels=48)), COLOURS)


def test_pillows_own_limit_gives_way_to_the_users(tmp_path, monkeypatch):
    path = tmp_path / "a.webp"  # its decoder checks by itself
    Image.fromarray(COLOURS).save(path, lossless=True)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(ImageFileError, match="--max-pixels 48"):
        read_image(path, Reading(max_pixels=40))
    assert np.array_equal(read_image(path, Reading(max_pixels=48)), COLOURS)
    assert Image.MAX_IMAGE_PIXELS == 20


def test_the_users_limit_needs_no_change_of_pillows(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    Image.fromarray(COLOURS).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(read_image(path), COLOURS)


def pages(kind):
    frames = [Image.fromarray(np.full((4, 5, 3), level, np.uint8)) for level in (10, 120, 250)]
    file = io.BytesIO()
    options = {"lossless": True} if kind == "WEBP" else {}
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "WEBP", "PNG"])
def test_each_page_can_be_read_and_their_number_is_known(tmp_path, kind):
    path = tmp_path / "pages"
    path.write_bytes(pages(kind))
    assert decoded_image(path).facts.pages == 3
    shown = [int(read_image(path, page=page).mean().round()) for page in range(3)]
    assert shown == [10, 120, 250]


def test_a_reduced_copy_in_a_tiff_is_no_page(tmp_path):
    path = tmp_path / "a.tif"
    for kind, pages in ((0, 2), (1, 1)):
        file = io.BytesIO()
        with TiffImagePlugin.AppendingTiffWriter(file, new=True) as writer:
            Image.fromarray(COLOURS).save(writer, "TIFF")
            writer.newFrame()
            Image.fromarray(COLOURS[::2, ::2]).save(writer, "TIFF", tiffinfo={254: kind})
            writer.newFrame()
        path.write_bytes(file.getvalue())
        assert decoded_image(path).facts.pages == pages


@pytest.mark.parametrize("bits", [10, 12, 14])
def test_packed_samples_are_those_that_opencv_finds(tmp_path, bits):
    values = np.random.default_rng(bits).integers(0, 1 << bits, (9, 13, 3)).astype(np.uint16)
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(values, bits))
    top = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., ::-1] >> (16 - bits)
    assert np.array_equal(top, values)
    assert np.array_equal(read_image(path), np.rint(top * (255 / ((1 << bits) - 1))).astype(np.uint8))


def test_a_reading_of_nonsense_is_refused():
    for said in (
        {"white": 0},
        {"white": float("inf")},
        {"max_pixels": 0},
        {"pages": "some"},
        {"background": "no colour"},
        {"mask_threshold": 256},
        {"mask_classes": ("no colour",)},
        {"mask_classes": (1,), "mask_threshold": 3},
    ):
        with pytest.raises(ValueError, match=r"got .*|leave one out"):
            Reading(**said)
