"""Masks as programs and people leave them: what is marked, and what is said of many."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.data import ImageFile, MaskFile, Reading, load_test, read_as, read_mask
from synth_anomaly.data.masks import decoded_mask
from synth_anomaly.data.outlines import OutlineMask
from synth_anomaly.data.remarks import MaskRemarks
from synth_anomaly.errors import DataError
from synth_anomaly.interfaces import Sample

DEFECT = np.zeros((48, 64), bool)
DEFECT[13:30, 21:41] = True
GREY = DEFECT.astype(np.uint8) * 255
NOISE = np.random.default_rng(0).integers(0, 3, DEFECT.shape, np.uint8)


def written(image, kind="PNG", **options):
    file = io.BytesIO()
    (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(file, kind, **options)
    return file.getvalue()


def palette(indices, *colours):
    image = Image.fromarray(indices.astype(np.uint8), "L").convert("P")
    image.putpalette([value for colour in colours for value in colour])
    return image


def again(data):
    return np.asarray(Image.open(io.BytesIO(data)))


def rgba(colours, alpha):
    return np.dstack([*[colours] * 3, alpha])


INDEX = DEFECT.astype(np.uint8)
SOFT = GREY.copy()
SOFT[12, 21:41] = 60  # an edge smoothed

# what a file holds, the kinds of what is said of it, and how it is to be read; the defect is right in each
READ = {
    "0 and 255": (written(GREY), set(), {}),
    "0 and 1": (written(INDEX), set(), {}),
    "1 bit": (written(DEFECT), set(), {}),
    "16 bits": (written(DEFECT.astype(np.uint16) * 65535), set(), {}),
    "16 bits, 0 and 1": (written(DEFECT.astype(np.uint16)), set(), {}),
    "floats": (written(DEFECT.astype(np.float32), "TIFF"), set(), {}),
    "BMP": (written(GREY, "BMP"), set(), {}),
    "GIF": (written(GREY, "GIF"), set(), {}),
    "lossless WebP": (written(GREY, "WEBP", lossless=True), set(), {}),
    "Group 4 TIFF": (written(DEFECT, "TIFF", compression="group4"), set(), {}),
    "white with alpha": (written(rgba(GREY, GREY)), set(), {}),
    "white whose alpha is the defect": (written(rgba(GREY | 255, GREY)), set(), {}),
    "black whose alpha is the defect": (written(rgba(GREY * 0, GREY)), {"alpha"}, {}),
    "alpha 0 everywhere": (written(rgba(GREY, GREY * 0)), {"hidden-mask"}, {}),
    "VOC's palette": (written(palette(INDEX, (0, 0, 0), (128, 0, 0))), set(), {}),
    "floats and no numbers": (written(np.where(DEFECT, 1, np.nan).astype(np.float32), "TIFF"), {"nan"}, {}),
    # lossy formats are cut at half, whatever their suffix
    "JPEG": (written(GREY, "JPEG", quality=75), {"lossy"}, {}),
    "JPEG in TIFF": (written(GREY, "TIFF", compression="jpeg"), {"lossy"}, {}),
    "lossy WebP": (written(GREY, "WEBP", quality=75), {"lossy"}, {}),
    "JPEG 2000": (written(GREY, "JPEG2000"), {"lossy"}, {}),
    "AVIF": (written(GREY, "AVIF", quality=90), {"lossy"}, {}),
    # what the user says
    "JPEG, saved again as PNG": (
        written(again(written(GREY, "JPEG", quality=75))),
        set(),
        {"mask_threshold": 128},
    ),
    "JPEG, cut elsewhere": (written(GREY, "JPEG", quality=75), set(), {"mask_threshold": 100}),
    "smoothed": (written(SOFT), set(), {"mask_threshold": 128}),
    "noise of 0 to 2": (written(np.where(DEFECT, 255, NOISE).astype(np.uint8)), set(), {"mask_threshold": 9}),
    "16 bits, cut": (written(DEFECT.astype(np.uint16) * 40000 + 900), set(), {"mask_threshold": 100}),
    "inverted": (written(255 - GREY), set(), {"invert_masks": True}),
    "a coloured background": (
        written(palette(INDEX, (51, 221, 255), (250, 50, 83))),
        set(),
        {"mask_classes": (1,)},
    ),
    "a background named, the rest a defect": (
        written(palette(INDEX, (51, 221, 255), (250, 50, 83))),
        set(),
        {"mask_classes": (0,), "invert_masks": True},
    ),
    "a coloured background, RGB": (
        written(palette(INDEX, (51, 221, 255), (250, 50, 83)).convert("RGB")),
        set(),
        {"mask_classes": ("#fa3253",)},
    ),
    "a black palette": (written(palette(INDEX, (0, 0, 0), (0, 0, 0))), set(), {"mask_classes": (1,)}),
    "classes of grey": (written(np.where(DEFECT, 3, 7).astype(np.uint8)), set(), {"mask_classes": (2, 3)}),
    "a class of grey by its colour": (written(INDEX * 3), set(), {"mask_classes": ("#030303",)}),
}


@pytest.mark.parametrize("case", READ)
def test_the_defect_is_what_a_person_would_mark(tmp_path, case):
    data, said, how = READ[case]
    path = tmp_path / "mask"
    path.write_bytes(data)
    mask = decoded_mask(path, Reading(**how))
    assert np.array_equal(mask.marked, DEFECT)
    assert np.array_equal(read_mask(path, Reading(**how)), DEFECT)
    remarks = MaskRemarks()
    remarks.add("a mask", mask)
    assert {remark.kind for remark in remarks.lines()} == said


# what cannot be right as it is, what is said of it, and which option helps
SAID = {
    "inverted": (written(255 - GREY), "full", "--invert-masks"),
    "a coloured background": (
        written(palette(INDEX, (51, 221, 255), (250, 50, 83))),
        "full",
        "--mask-classes",
    ),
    "noise of 0 to 2": (written(np.where(DEFECT, 255, NOISE).astype(np.uint8)), "soft", "--mask-threshold"),
    "JPEG, saved again as PNG": (written(again(written(GREY, "JPEG"))), "soft", "--mask-threshold"),
    "smoothed": (written(SOFT), "soft", "--mask-threshold"),
    "all black": (written(GREY * 0), "empty", "--mask-classes"),
    "black on transparent, all transparent": (written(rgba(GREY * 0, GREY * 0)), "empty", ""),
    "a black palette": (written(palette(INDEX, (0, 0, 0), (0, 0, 0))), "indexed", "--mask-classes"),
}


@pytest.mark.parametrize("case", SAID)
def test_what_looks_wrong_is_said_with_file_share_and_cure(tmp_path, case):
    data, kind, cure = SAID[case]
    remarks = MaskRemarks()
    for name in ("a", "b", "c"):
        path = tmp_path / name
        path.write_bytes(data)
        remarks.add(name, decoded_mask(path))
    found = {remark.kind: remark.text for remark in remarks.lines()}
    assert kind in found
    assert "3 of 3 masks " in found[kind]
    assert str(tmp_path / "a") in found[kind]
    assert str(tmp_path / "b") not in found[kind]
    assert cure in found[kind]


def test_one_large_defect_among_others_is_none_to_wonder_at(tmp_path):
    remarks = MaskRemarks()
    for number, mask in enumerate([255 - GREY, GREY, GREY]):
        path = tmp_path / f"{number}.png"
        path.write_bytes(written(mask))
        remarks.add(path.name, decoded_mask(path))
    assert remarks.lines() == []


def test_classes_of_a_colour_picture_are_refused_by_number(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(written(rgba(GREY, GREY)[..., :3]))
    with pytest.raises(DataError, match=r"class 1, got colours in .*a\.png: .*--mask-classes"):
        read_mask(path, Reading(mask_classes=(1,)))


def test_several_files_make_one_mask(tmp_path):
    parts = []
    for name, rows in (("a.png", slice(0, 24)), ("b.png", slice(24, 48))):
        part = np.zeros_like(GREY)
        part[rows] = GREY[rows]
        parts.append(tmp_path / name)
        parts[-1].write_bytes(written(part))
    image = tmp_path / "image.png"
    image.write_bytes(written(GREY))
    for inverted in (False, True):
        read = MaskFile(image, tuple(parts), Reading(invert_masks=inverted))
        assert np.array_equal(read(), DEFECT ^ inverted)


def test_image_and_mask_are_turned_alike(tmp_path):
    sideways = Image.Exif()
    sideways[0x0112] = 6
    image, mask = tmp_path / "image.tif", tmp_path / "mask.png"
    Image.fromarray(GREY).save(image, exif=sideways)
    Image.fromarray(GREY).save(mask, exif=sideways)
    assert np.array_equal(MaskFile(image, (mask,))(), np.rot90(DEFECT, -1))
    Image.fromarray(GREY).save(mask)
    with pytest.raises(DataError, match=r"48x64.*64x48"):
        MaskFile(image, (mask,))()


def file_sample(image, mask, name="spot/a"):
    return Sample(
        name=name, defect="spot", read=ImageFile(image), read_mask=MaskFile(image, (mask,)), path=image
    )


def frames(path, count):
    first, *more = [Image.fromarray(GREY // (number + 1)) for number in range(count)]
    first.save(path, save_all=True, append_images=more)
    return path


def test_every_page_is_an_image_with_its_page_of_the_mask(tmp_path):
    image, mask = frames(tmp_path / "image.tif", 3), frames(tmp_path / "mask.tif", 3)
    samples = read_as([file_sample(image, mask)], Reading(pages="all"))
    assert [sample.name for sample in samples] == ["spot/a#0", "spot/a#1", "spot/a#2"]
    assert [int(sample.read().max()) for sample in samples] == [255, 127, 85]
    assert all(np.array_equal(sample.read_mask(), DEFECT) for sample in samples)
    assert len(read_as([file_sample(image, mask)], Reading())) == 1
    with pytest.raises(DataError, match=r"as many pages .*which has 3, got 2"):
        read_as([file_sample(image, frames(tmp_path / "two.tif", 2))], Reading(pages="all"))


def test_remarks_are_made_of_a_whole_test_set_and_of_each_pass(tmp_path):
    image, mask = tmp_path / "image.png", tmp_path / "mask.png"
    image.write_bytes(written(rgba(GREY, GREY * 0)))
    mask.write_bytes(written(255 - GREY))
    samples = [file_sample(image, mask, f"spot/{number}") for number in range(3)]
    loaded = load_test(samples, (16, 16), batch_size=2)
    for _ in range(2):
        list(loaded)
        assert [remark.kind for remark in loaded.remarks] == ["hidden", "full"]
        assert loaded.remarks[0].text.startswith("3 of 3 images")


def test_outlines_are_of_an_image_of_one_page(tmp_path):
    image = frames(tmp_path / "three.tif", 3)
    sample = replace(
        file_sample(image, image), read_mask=OutlineMask(image, tmp_path / "three.json", None, ())
    )
    with pytest.raises(DataError, match=r"one page .*three\.json.* of 3.*--pages first"):
        read_as([sample], Reading(pages="all"))
    assert len(read_as([sample], Reading())) == 1
