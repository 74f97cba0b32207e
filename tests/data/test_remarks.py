"""What is said of a whole set of images is said once, with the file and the cure."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.data import ImageFile, Reading, load_images
from synth_anomaly.data.images import decoded_image
from synth_anomaly.data.masks import Mask, MaskFacts
from synth_anomaly.data.remarks import ImageRemarks, MaskRemarks
from synth_anomaly.interfaces import Sample


def grey16(folder, *brightest):
    """Write a 16-bit image for each of some highest values."""
    paths = []
    for number, high in enumerate(brightest):
        paths.append(folder / f"{number}.png")
        Image.fromarray(np.linspace(0, high, 64).round().astype(np.uint16).reshape(8, 8)).save(paths[-1])
    return paths


def said(paths, **reading):
    remarks = ImageRemarks()
    for path in paths:
        remarks.add(decoded_image(path, Reading(**reading)).facts)
    return {remark.kind: remark.text for remark in remarks.lines()}


@pytest.mark.parametrize(
    ("brightest", "white"),
    [(200, 255), (1000, 1023), (4095, 4095), (2500, 4095), (16383, 16383), (9000, 16383)],
)
def test_a_set_that_leaves_its_range_unused_is_given_the_white_of_its_bits(tmp_path, brightest, white):
    text = said(grey16(tmp_path, brightest // 3, brightest))["dark"]
    assert f"{brightest} of 65535" in text
    assert text.endswith(f"--white {white}")
    assert "2 images" in text


def test_one_bright_image_is_enough_of_a_range(tmp_path):
    assert not said(grey16(tmp_path, 900, 900, 20_000))
    assert not said(grey16(tmp_path, 0, 1))  # black images have no depth


def test_one_deep_image_among_others_is_said(tmp_path):
    paths = grey16(tmp_path, 4000)
    Image.fromarray(np.full((8, 8), 9, np.uint8)).save(tmp_path / "plain.png")
    assert "1 image of 16 bits" in said([*paths, tmp_path / "plain.png"])["dark"]


def test_what_lies_above_white_is_counted(tmp_path):
    found = said(grey16(tmp_path, 4000, 5000, 4500), white=4095)
    assert set(found) == {"above"}
    assert found["above"].startswith("2 of 3 images")
    assert "up to 5000" in found["above"]


def test_a_png_that_ends_at_its_significant_bits_is_said(tmp_path):
    (path,) = grey16(tmp_path, 4000)
    data = path.read_bytes()
    content = b"sBIT\x0c"
    stated = struct.pack(">I", 1) + content + struct.pack(">I", zlib.crc32(content))
    path.write_bytes(data[:33] + stated + data[33:])
    found = said([path])
    assert set(found) == {"bits"}
    assert "12 bits" in found["bits"]
    assert not said([path], white=65535).keys() - {"above"}


def test_what_is_said_of_a_store_is_said_once_and_kept_there(tmp_path):
    transparent = np.full((8, 8, 4), 90, np.uint8)
    paths = [tmp_path / f"{number}.png" for number in range(4)]
    for path in paths:
        Image.fromarray(transparent).save(path)
    samples = [Sample(name=path.stem, defect="good", read=ImageFile(path), path=path) for path in paths]
    lines = []
    store = load_images(samples, (8, 8), warn=lines.append)
    assert lines == [remark.text for remark in store.remarks]
    assert len(lines) == 1
    assert "4 of 4 images" in lines[0]
    assert str(paths[0]) in lines[0]


def test_an_image_that_is_no_file_has_nothing_to_be_said_of():
    remarks = ImageRemarks()
    remarks.add(None)
    assert (remarks.count, remarks.lines()) == (1, [])


def test_a_dark_set_of_floats_is_given_its_white(tmp_path):
    path = tmp_path / "a.tif"
    Image.fromarray(np.linspace(0, 0.0625, 64, dtype=np.float32).reshape(8, 8)).save(path)
    text = said([path])["dark"]
    assert "0.0625 of 1" in text
    assert text.endswith("--white 0.062")
    assert not said([path], white=0.0625)


def test_a_background_that_was_asked_for_is_not_said(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(np.full((8, 8, 4), 90, np.uint8)).save(path)
    assert "--background" in said([path])["transparent"]
    assert not said([path], background="black")


def test_a_white_that_was_given_is_not_asked_for_again(tmp_path):
    (path,) = grey16(tmp_path, 4000)
    data = path.read_bytes()
    content = b"sBIT\x0c"
    stated = struct.pack(">I", 1) + content + struct.pack(">I", zlib.crc32(content))
    path.write_bytes(data[:33] + stated + data[33:])
    assert not said([path], white=4095)


def test_what_is_said_of_textures_names_no_option(tmp_path):
    Image.fromarray(np.full((8, 8, 4), 90, np.uint8)).save(tmp_path / "a.png")
    remarks = ImageRemarks()
    for path in (tmp_path / "a.png", *grey16(tmp_path, 4000)):
        remarks.add(decoded_image(path).facts)
    lines = {remark.kind: remark.text for remark in remarks.lines(textures=True)}
    assert set(lines) == {"transparent", "dark"}
    assert not any("--" in line for line in lines.values())
    assert "1 of 2 textures" in lines["transparent"]
    assert "1 texture of 16 bits" in lines["dark"]


@pytest.mark.parametrize("inverted", [False, True])
def test_masks_that_mark_much_name_the_option_that_is_not_set(tmp_path, inverted):
    mask = Mask(np.ones((4, 4), bool), (MaskFacts(path=tmp_path / "m.png"),), inverted)
    remarks = MaskRemarks()
    remarks.add("m", mask)
    (line,) = remarks.lines()
    assert ("leave --invert-masks out" in line.text) == inverted
    assert ("give --invert-masks" in line.text) != inverted


def test_several_files_of_a_mask_count_as_one(tmp_path):
    remarks = MaskRemarks()
    files = tuple(MaskFacts(path=tmp_path / f"{number}.png", levels=9) for number in range(3))
    for number in range(2):
        remarks.add(str(number), Mask(np.eye(4, dtype=bool), files))
    assert [remark.text.split(",")[0] for remark in remarks.lines()] == [
        "2 of 2 masks have more than two levels"
    ]
