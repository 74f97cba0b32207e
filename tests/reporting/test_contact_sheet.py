import numpy as np
import pytest
from PIL import Image

from synth_anomaly.reporting.contact_sheet import Column, Row, contact_sheet, thumbnail_size
from synth_anomaly.reporting.drawing import Pen
from synth_anomaly.reporting.evaluation_sheet import Pictures, evaluation_sheet, shrink_mask
from synth_anomaly.reporting.scale import Scale

RED = np.full((40, 60, 3), (255, 0, 0), np.uint8)


def red_pixels(picture):
    return int((np.asarray(picture) == (255, 0, 0)).all(2).sum())


def test_every_picture_is_shown_whole_at_its_own_size():
    rows = [Row(name=f"row {number}", cells=[RED, RED]) for number in range(3)]
    assert red_pixels(contact_sheet("title", "subtitle", rows)) == 6 * 40 * 60


def test_words_stand_where_there_is_no_picture():
    with_words = contact_sheet("title", "", [Row(name="row", cells=[RED, "not known"])])
    without = contact_sheet("title", "", [Row(name="row", cells=[RED, ""])])
    assert red_pixels(with_words) == 40 * 60
    assert np.any(np.asarray(with_words) != np.asarray(without))


def test_a_sheet_without_rows_is_a_header():
    assert contact_sheet("title", "subtitle", [], [Column("Input")], scale=Scale()).height > 100


def test_the_same_rows_give_the_same_sheet():
    rows = [Row(name="row", cells=[RED], group="Best")]
    first, second = (contact_sheet("title", "", rows, badge="DEMO", scale=Scale()) for _ in range(2))
    assert np.array_equal(np.asarray(first), np.asarray(second))


@pytest.mark.parametrize("name", ["a" * 400, "", "naïve/ß·004", "部品/001"])
def test_any_name_fits(name):
    row = Row(name=name, cells=[RED], facts=[name], group=name, note=name)
    assert (
        red_pixels(contact_sheet(name, name, [row], [Column(name)], badge="DEMO", scale=Scale())) == 40 * 60
    )


@pytest.mark.parametrize("size", [(256, 256), (625, 250), (250, 625), (1, 4000), (4000, 1), (16, 16)])
def test_thumbnails_keep_their_shape(size):
    height, width = thumbnail_size(*size)
    assert 1 <= min(height, width) <= max(height, width) <= 340
    if min(size) > 1:
        assert height / width == pytest.approx(size[0] / size[1], rel=0.02)


@pytest.mark.parametrize("image_size", [(24, 24), (100, 40), (30, 90)])
def test_images_of_any_shape_are_shown_with_maps_of_another(new_evaluation, image_size):
    evaluation = new_evaluation(image_size=image_size)
    sheet = evaluation_sheet(evaluation, title="anoseg on mvtec_ad / bottle")
    assert sheet.width >= 720
    assert sheet.height > 12 * thumbnail_size(*image_size)[0] * 0.7


def test_maps_of_any_unit_give_one_picture(new_evaluation):
    # Far from [0, 1], the scale follows the maps, so a gain changes the stated numbers and no map.
    sheets = [
        np.asarray(evaluation_sheet(new_evaluation(gain=gain), title="title")) for gain in (100.0, 1000.0)
    ]
    assert sheets[0].shape == sheets[1].shape
    assert np.abs(sheets[0][250:].astype(int) - sheets[1][250:]).mean() < 0.5


def test_a_reconstruction_and_its_difference_are_two_more_columns(evaluation):
    plain = evaluation_sheet(evaluation, title="title")
    asked = []

    def reconstruct(sample):
        asked.append(sample.name)
        return np.zeros((8, 8, 3), np.uint8)

    wider = evaluation_sheet(evaluation, title="title", reconstruct=reconstruct)
    assert wider.width > plain.width
    assert wider.height == plain.height
    assert asked


@pytest.mark.parametrize("image_size", [(24, 24), (90, 30)])
def test_each_picture_of_a_method_is_one_more_column_as_large_as_the_input(new_evaluation, image_size):
    evaluation, asked = new_evaluation(image_size=image_size), []
    plain = evaluation_sheet(evaluation, title="title")

    def draw(sample):
        asked.append(sample.name)
        return RED, RED

    wider = evaluation_sheet(evaluation, title="title", pictures=Pictures(("Guide", "Another"), draw))
    height, width = thumbnail_size(*image_size)
    assert red_pixels(wider) - red_pixels(plain) == 2 * len(asked) * height * width
    assert wider.width > plain.width
    assert wider.height == plain.height
    assert set(asked) <= {sample.name for sample in evaluation.samples}


def test_a_long_head_is_written_in_full_and_widens_its_column_alone():
    rows = [Row(name="row", cells=[RED] * 6)]
    short = [Column("Input")] * 5

    def width(*columns):
        return contact_sheet("title", "", rows, columns).width

    needed = Pen(Image.new("RGB", (1, 1))).width(long := "The good image that guides it", 15)
    assert width(*short, Column(long)) - width(*short, Column("Map")) == needed - 132
    assert width(*short, Column(long)) == width(Column(long), *short)
    assert width(*short, Column("w" * 400)) - width(*short, Column("Map")) == 340 - 132


def test_a_sheet_without_masks_or_without_defects(new_evaluation):
    assert evaluation_sheet(new_evaluation(with_masks=False), title="title").height > 400
    assert evaluation_sheet(new_evaluation(defective=0), title="title").height > 200
    assert evaluation_sheet(new_evaluation(good=0, defective=1), title="title").height > 200


def test_a_tiny_defect_is_not_lost_in_a_thumbnail():
    mask = np.zeros((1000, 1000), np.bool_)
    mask[500, 500] = True
    assert shrink_mask(mask, (100, 100)).sum() == 1
    assert not shrink_mask(np.zeros((1000, 1000), np.bool_), (100, 100)).any()


def test_the_difference_is_black_where_the_reconstruction_is_the_input(evaluation):
    shown = []
    for change in (0, 40):

        def reconstruct(sample, change=change):
            return (sample.read() // 2 + change).astype(np.uint8) if change else sample.read()

        sheet = np.asarray(evaluation_sheet(evaluation, title="title", reconstruct=reconstruct))
        shown.append(int((sheet == 0).all(axis=2).sum()))
    assert shown[0] > shown[1] + 1000
