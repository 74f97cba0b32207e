from importlib.metadata import EntryPoint

import numpy as np
import pytest
import torch
from PIL import Image

from synth_anomaly.catalogue import Catalogue
from synth_anomaly.discovery import discover
from synth_anomaly.errors import DataError
from synth_anomaly.synthesizers import Donor, DrawnMasks, Paste
from synth_anomaly.testing import check_synthesizer


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def corner():
    """A mask of a corner, which no turn or flip leaves as it is."""
    mask = np.zeros((32, 32), np.uint8)
    mask[4:8, 4:20] = 255
    mask[8:12, 4:8] = 1  # not black, so part of the mask
    return mask


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "scratches").mkdir()
    Image.fromarray(corner()).save(tmp_path / "a.png")
    wide = np.zeros((20, 60), np.uint8)
    wide[5:15, 30:] = 255
    Image.fromarray(wide).save(tmp_path / "scratches" / "b.bmp")
    Image.new("L", (9, 9)).save(tmp_path / "scratches" / "c.png")
    (tmp_path / "notes.txt").write_text("no mask")
    return tmp_path


def test_files_are_read_when_a_mask_is_drawn_and_not_again(folder):
    shape = DrawnMasks(str(folder))
    Image.new("L", (9, 9), 255).save(folder / "d.png")
    drawn = shape.draw(400, (32, 32), seeded())
    assert torch.allclose(torch.bincount(drawn["mask"]) / 400, torch.full((4,), 0.25), atol=0.06)
    for path in folder.rglob("*.*"):
        path.unlink()
    assert shape.masks(drawn, (32, 32)).shape == (400, 1, 32, 32)
    assert shape.masks(shape.draw(4, (16, 12), seeded()), (16, 12)).shape == (4, 1, 16, 12)


def test_masks_are_the_files_at_the_size_of_the_image(folder):
    shape = DrawnMasks(str(folder))
    drawn = shape.draw(30, (32, 32), seeded())
    masks = shape.masks(drawn, (32, 32))[:, 0]
    wide = torch.zeros(32, 32)
    wide[8:24, 16:] = 1
    expected = torch.stack((torch.from_numpy(corner() > 0).float(), wide, torch.zeros(32, 32)))
    assert torch.equal(masks, expected[drawn["mask"]])
    boxes = torch.tensor([[4, 4, 8, 16], [8, 16, 16, 16], [0, 0, 32, 32]])
    assert torch.equal(drawn["box"], boxes[drawn["mask"]])


@pytest.mark.parametrize(("flips", "turns", "ways"), [(True, False, 4), (False, True, 4), (True, True, 8)])
def test_flips_and_turns_show_every_way_equally_often(folder, flips, turns, ways):
    (folder / "scratches" / "b.bmp").unlink()
    (folder / "scratches" / "c.png").unlink()
    shape = DrawnMasks(str(folder), flips, turns)
    drawn = shape.draw(1600, (32, 32), seeded())
    masks = shape.masks(drawn, (32, 32))[:, 0]
    upright = torch.from_numpy(corner() > 0).float()
    turned = [torch.rot90(upright, quarters) for quarters in (range(4) if turns else (0,))]
    flipped = [mask.flip(axes) for mask in turned for axes in ((), (0,), (1,), (0, 1))]
    known = torch.stack(flipped if flips else turned).unique(dim=0)
    assert len(known) == ways
    shares = torch.stack([(masks == way).all(dim=2).all(dim=1).float().mean() for way in known])
    torch.testing.assert_close(shares, torch.full((ways,), 1 / ways), atol=0.04, rtol=0)
    for mask, (top, left, height, width) in zip(masks, drawn["box"].tolist(), strict=True):
        assert mask[top : top + height, left : left + width].sum() == mask.sum()
        assert sorted((height, width)) == [8, 16]


def test_holds_what_a_synthesizer_promises(folder):
    plugins = Catalogue(discover(found=[EntryPoint("built-in", "synth_anomaly.builtin", "synth_anomaly")]))
    shape = DrawnMasks(str(folder), flips=True, quarter_turns=True)
    check_synthesizer(Paste(shape, Donor()), plugins=plugins)


def test_a_mask_may_be_16_bit_coloured_or_transparent(tmp_path):
    square = np.zeros((8, 8), bool)
    square[2:5, 3:7] = True
    Image.fromarray(square.astype(np.uint16) * 300).save(tmp_path / "deep.png")
    Image.fromarray(square[..., None] * np.array([0, 0, 9], np.uint8)).save(tmp_path / "colour.png")
    clear = np.full((8, 8, 4), 255, np.uint8) * np.where(square[..., None], 1, [1, 1, 1, 0]).astype(np.uint8)
    Image.fromarray(clear).save(tmp_path / "transparent.png")
    shape = DrawnMasks(str(tmp_path))
    masks = shape.masks(shape.draw(40, (8, 8), seeded()), (8, 8))
    assert torch.equal(masks, torch.from_numpy(square).float().expand(40, 1, 8, 8))


def test_a_missing_an_empty_and_a_broken_folder_are_named(tmp_path):
    with pytest.raises(DataError, match=r"expected a folder of masks at .*nowhere, got none"):
        DrawnMasks(str(tmp_path / "nowhere")).draw(1, (8, 8), seeded())
    with pytest.raises(DataError, match=r"expected masks in .*got none"):
        DrawnMasks(str(tmp_path)).draw(1, (8, 8), seeded())
    (tmp_path / "broken.png").write_bytes(b"PNG")
    with pytest.raises(DataError, match=r"expected a readable image, got .*broken.png"):
        DrawnMasks(str(tmp_path)).draw(1, (8, 8), seeded())
