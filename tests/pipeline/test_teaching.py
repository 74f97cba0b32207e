import pytest
import torch

from synth_anomaly.pipeline.teaching import lesson_of, moved_cells, moving_limits

EVERYWHERE = torch.ones(1, 1, 8, 8, dtype=torch.bool)
CELLS = torch.zeros(1, 1, 8, 8, dtype=torch.bool)
CELLS[..., 2:5, 3:6] = True
PIXELS = CELLS.float().repeat_interleave(4, dim=2).repeat_interleave(4, dim=3)


def pasted(amount):
    clean = torch.full((1, 3, 32, 32), 0.4)
    return clean, clean + amount * PIXELS


def test_what_is_seen_and_moves_features_is_a_defect():
    lesson = lesson_of(*pasted(0.3), PIXELS, EVERYWHERE)
    assert torch.equal(lesson.masks, CELLS)
    assert lesson.weights.all()
    assert lesson.shown == 9


@pytest.mark.parametrize("amount", [0.0, 0.005])
def test_an_invisible_paste_is_no_defect_and_counts_as_normal(amount):
    lesson = lesson_of(*pasted(amount), PIXELS, EVERYWHERE)
    assert not lesson.masks.any()
    assert lesson.weights.all()
    assert lesson.shown == 0


def test_what_is_barely_changed_is_ignored():
    lesson = lesson_of(*pasted(0.03), PIXELS, EVERYWHERE)
    assert not lesson.masks.any()
    assert torch.equal(lesson.weights, ~CELLS)


def test_cells_whose_features_did_not_move_are_ignored():
    moved = EVERYWHERE.clone()
    moved[..., 2, :] = False
    lesson = lesson_of(*pasted(0.3), PIXELS, moved)
    assert torch.equal(lesson.masks, CELLS & moved)
    assert torch.equal(lesson.weights, ~(CELLS & ~moved))
    assert lesson.shown == 9


def test_what_alternates_within_five_pixels_is_judged_by_its_mean():
    clean, images = pasted(0.0)
    columns = torch.arange(32) % 2 * 2.0 - 1
    lesson = lesson_of(clean, images + 0.06 * columns * PIXELS, PIXELS, EVERYWHERE)
    assert not lesson.masks.any()
    assert not lesson.weights[CELLS].any()


def test_thin_defects_are_shown_by_the_cells_that_they_cover():
    mask = torch.zeros(1, 1, 32, 32)
    mask[..., 9:11, :] = 1  # half of the cells of a row
    mask[..., 20, :] = 1  # a quarter: too little to be a defect, enough to be unsure of nothing that was seen
    clean = torch.full((1, 3, 32, 32), 0.4)
    lesson = lesson_of(clean, clean + 0.5 * mask, mask, EVERYWHERE)
    assert lesson.masks[..., 2, :].all()
    assert lesson.masks.sum() == 8


def test_limits_leave_out_a_fiftieth_of_the_good_cells():
    good = [torch.randn(50, 3, 16, 16), 5 * torch.randn(50, 8, 8, 8)]
    limits = moving_limits(
        [part[:20] for part in good] and zip(*(torch.split(part, 20) for part in good), strict=True)
    )
    assert limits.shape == (2,)
    for level, limit in zip(good, limits, strict=True):
        lengths = level.square().mean(dim=1).sqrt()
        assert (lengths > limit).float().mean() == pytest.approx(0.02, abs=0.002)


def test_what_is_far_at_any_level_has_moved_within_one_cell():
    fine, coarse = torch.zeros(2, 3, 8, 12), torch.zeros(2, 5, 4, 6)
    fine[0, :, 4, 4] = 2
    coarse[1, :, 1, 1] = 2
    moved = moved_cells([fine, coarse], torch.tensor([1.0, 1.0]))
    expected = torch.zeros(2, 1, 8, 12, dtype=torch.bool)
    expected[0, :, 3:6, 3:6] = True
    expected[1, :, 1:5, 1:5] = True
    assert torch.equal(moved, expected)
    assert not moved_cells([fine, coarse], torch.tensor([2.0, 2.0])).any()
