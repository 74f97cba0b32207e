"""Outlines cover the pixels whose middle is inside, and run lengths those that they count."""

import json

import numpy as np
import pytest
from PIL import Image

from synth_anomaly.data.outlines import outlines_by_image
from synth_anomaly.data.run_lengths import decoded_runs
from synth_anomaly.errors import DataError

HEIGHT, WIDTH = 30, 40


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGB", (WIDTH, HEIGHT)).save(path)
    return path


def drawn(image, *shapes):
    """Return the mask that LabelMe's shapes make of an image."""
    from dataclasses import replace

    source = image.with_suffix(".json")
    source.write_text(json.dumps({"imageHeight": HEIGHT, "imageWidth": WIDTH, "shapes": shapes}))
    return replace(outlines_by_image(source)["a"], image=image)()


def inside(corners):
    """A second implementation: a ray to the right of each pixel's middle crosses an odd number of edges."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    for row in range(HEIGHT):
        for column in range(WIDTH):
            x, y = column + 0.5, row + 0.5
            for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
                if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                    mask[row, column] ^= True
    return mask


@pytest.mark.parametrize("seed", range(5))
def test_polygons_cover_what_is_inside(image, seed):
    random = np.random.default_rng(seed)
    corners = random.uniform((-5, -5), (WIDTH + 5, HEIGHT + 5), (7, 2))
    shape = {"points": corners.tolist(), "shape_type": "polygon"}
    assert np.array_equal(drawn(image, shape), inside(corners))


def test_every_shape_of_labelme(image):
    box = drawn(image, {"points": [[20, 9], [10, 5]], "shape_type": "rectangle"})
    assert box.sum() == 40
    assert box[5:9, 10:20].all()
    circle = drawn(image, {"points": [[20, 15], [28, 15]], "shape_type": "circle"})
    assert circle.sum() == pytest.approx(np.pi * 64, rel=0.05)
    line = drawn(image, {"points": [[5, 15], [35, 15]], "shape_type": "linestrip"})
    assert line[15, 5:35].all()
    assert not line[3].any()
    assert drawn(image, {"points": [[20, 15]], "shape_type": "point"})[15, 20]
    assert not drawn(image).any()
    both = drawn(
        image,
        {"points": [[0, 0], [2, 2]], "shape_type": "rectangle"},
        {"points": [[1, 1], [3, 3]], "shape_type": "rectangle"},
    )
    assert both.sum() == 7  # what any of them covers


@pytest.mark.parametrize(
    "shape",
    [
        {"points": [[0, 0], [2, 2]], "shape_type": "polygon"},
        {"points": [[0, 0], [2, float("nan")], [1, 1]], "shape_type": "polygon"},
        {"points": [[0, 0], [2, 2]], "shape_type": "mask"},
        {"points": "none"},
        {"segmentation": {"size": [1, 1], "counts": [1]}},
        {"label": "nothing"},
    ],
)
def test_what_cannot_be_drawn_names_the_file(image, shape):
    with pytest.raises(DataError, match=r"a\.json.*outline defects as polygons"):
        drawn(image, shape)


def test_coco_lists_images_polygons_and_boxes(image, tmp_path):
    from dataclasses import replace

    table = {
        "images": [
            {"id": 7, "file_name": "sub\\a.png"},
            {"id": 8, "file_name": "b.jpg", "height": 1, "width": 1},
        ],
        "annotations": [
            {"image_id": 7, "segmentation": [[0, 0, 4, 0, 4, 3, 0, 3]]},
            {"image_id": 7, "segmentation": [], "bbox": [10, 10, 5, 2]},
        ],
    }
    source = tmp_path / "coco.json"
    source.write_text(json.dumps(table))
    found = outlines_by_image(source)
    assert found.keys() == {"sub/a", "b"}
    assert found["b"].shapes == ()
    assert replace(found["sub/a"], image=image)().sum() == 12 + 10


@pytest.mark.parametrize("content", ["", "[1]", '{"exposure": 3}', '{"images": 3}', "\x00"])
def test_other_files_say_nothing(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    assert outlines_by_image(tmp_path / "a.json") == {}


def packed(counts):
    """A second implementation, of COCO's compression (``rleToString``)."""
    text = ""
    for place, count in enumerate(counts):
        value = count - counts[place - 2] if place > 2 else count
        while True:
            bits, value = value & 0x1F, value >> 5
            more = value != -1 if bits & 0x10 else value != 0
            text += chr((bits | 0x20 * more) + 48)
            if not more:
                break
    return text


@pytest.mark.parametrize("seed", range(5))
def test_run_lengths(seed):
    mask = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.3
    column_wise = np.concatenate([[False], mask.T.ravel()])
    edges = np.flatnonzero(np.diff(column_wise.astype(int)))
    counts = np.diff([0, *edges, mask.size]).tolist()
    for written in (counts, packed(counts)):
        found = decoded_runs({"size": [HEIGHT, WIDTH], "counts": written}, (HEIGHT, WIDTH))
        assert np.array_equal(found.astype(bool), mask)
    with pytest.raises(ValueError, match="runs over"):
        decoded_runs({"size": [HEIGHT, WIDTH], "counts": counts[:-1]}, (HEIGHT, WIDTH))


@pytest.mark.parametrize(
    "table",
    [
        {"images": ["a"], "annotations": []},
        {"images": [{"id": 1}], "annotations": []},
        {"images": [{"id": [1], "file_name": None}], "annotations": [{"image_id": [1]}]},
        {"images": [], "annotations": ["a"]},
        {"shapes": ["x"]},
        {"shapes": "x"},
    ],
)
def test_a_json_file_of_another_program_says_nothing(tmp_path, table):
    source = tmp_path / "notes.json"
    source.write_text(json.dumps(table))
    assert outlines_by_image(source) == {}


@pytest.mark.parametrize("height", ["x", -1, None, 0])
def test_a_size_that_is_none_is_not_compared(tmp_path, height):
    source = tmp_path / "a.json"
    source.write_text(json.dumps({"shapes": [], "imageHeight": height, "imageWidth": 8}))
    assert outlines_by_image(source)["a"].size is None
