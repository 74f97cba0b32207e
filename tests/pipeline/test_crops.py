import pytest
import torch

from synth_anomaly.pipeline.crops import crop_alike, mirror_alike

SIZES = ((16, 24), (8, 12), (4, 6))


def coordinates(count, sizes=SIZES):
    """Return maps that say of each cell which image it is of, and where its upper left corner is."""
    finest, made = sizes[0], []
    for height, width in sizes:
        rows, columns = torch.meshgrid(
            torch.arange(height) * (finest[0] // height),
            torch.arange(width) * (finest[1] // width),
            indexing="ij",
        )
        place = torch.stack([rows, columns]).expand(count, -1, -1, -1)
        image = torch.arange(count)[:, None, None, None].expand(-1, 1, height, width)
        made.append(torch.cat([image, place], dim=1).float())
    return made


def spot_masks(count, sizes=SIZES):
    masks = torch.zeros(count, 1, *sizes[0])
    places = torch.randint(sizes[0][0] * sizes[0][1], (count,))
    masks.flatten(1)[torch.arange(count), places] = 1
    return masks


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_levels_masks_and_weights_show_the_same_place(share, generator):
    features, masks = coordinates(40), spot_masks(40)
    weights = features[0][:, 1:2] * 100 + features[0][:, 2:]
    cropped, mask, weight = crop_alike(features, masks, weights, share, generator)
    coarse = [max(1, round(side * share)) for side in SIZES[-1]]
    for row in range(40):
        corner = cropped[0][row, 1:, 0, 0].long()
        for level, (height, width) in zip(cropped, SIZES, strict=True):
            cells = height // SIZES[-1][0], width // SIZES[-1][1]
            sides = [side * times for side, times in zip(coarse, cells, strict=True)]
            begin = [int(at) // (16 // height) for at in corner]
            places = slice(begin[0], begin[0] + sides[0]), slice(begin[1], begin[1] + sides[1])
            whole = features[SIZES.index((height, width))][row]
            assert torch.equal(level[row], whole[:, places[0], places[1]])
        assert torch.equal(weight[row], cropped[0][row, 1:2] * 100 + cropped[0][row, 2:])
        top, left = corner.tolist()
        height, width = mask.shape[2:]
        assert torch.equal(mask[row], masks[row, :, top : top + height, left : left + width])


def test_its_inputs_are_not_modified(generator):
    features, masks, weights = coordinates(20), spot_masks(20), torch.ones(20, 1, *SIZES[0])
    masks[:5] = 0  # these are cropped anywhere
    before = [tensor.clone() for tensor in (*features, masks, weights)]
    for share in (0.3, 0.5, 1.0):
        crop_alike(features, masks, weights, share, generator)
        mirror_alike([*features, masks, weights], generator)
    assert all(map(torch.equal, (*features, masks, weights), before))


def test_most_crops_hold_a_defect_and_all_places_are_seen(generator):
    masks = spot_masks(600)
    cropped, mask, _ = crop_alike(coordinates(600), masks, masks, 0.25, generator)
    held = mask.flatten(1).any(dim=1).float().mean()
    assert 0.85 <= held < 0.95  # 15% are anywhere, and some of them hold it too
    assert len(cropped[-1][:, 1:, 0, 0].unique(dim=0)) == 4 * 5  # 1x2 of 4x6 cells


def test_images_without_a_defect_are_cropped_anywhere(generator):
    nothing = torch.zeros(300, 1, *SIZES[0])
    cropped, mask, _ = crop_alike(coordinates(300), nothing, nothing, 0.5, generator)
    assert mask.shape == (300, 1, 8, 12)
    assert len(cropped[-1][:, 1:, 0, 0].unique(dim=0)) == 3 * 4


def test_the_same_generator_gives_the_same_crops():
    masks = spot_masks(10)
    first, second = (
        crop_alike(coordinates(10), masks, masks, 0.5, torch.Generator().manual_seed(3)) for _ in range(2)
    )
    assert all(map(torch.equal, first[0], second[0]))


@pytest.mark.parametrize("sizes", [((16, 24), (8, 12), (4, 6)), ((15, 20), (8, 10)), ((5, 7),)])
def test_a_whole_share_and_uneven_levels_stay_whole(sizes, generator):
    features, masks = [torch.rand(2, 3, *size) for size in sizes], torch.ones(2, 1, *sizes[0])
    share = 0.5 if len(sizes) == 2 else 1.0
    cropped, mask, weight = crop_alike(features, masks, masks, share, generator)
    assert all(map(torch.equal, cropped, features))
    assert torch.equal(mask, masks)
    assert torch.equal(weight, masks)


def test_mirrors_are_alike_and_all_four_are_drawn(generator):
    features = coordinates(2)
    weights = features[0][:, 1:2] * 100 + features[0][:, 2:]
    seen = set()
    for _ in range(60):
        *levels, weight = mirror_alike([*features, weights], generator)
        assert torch.equal(weight, levels[0][:, 1:2] * 100 + levels[0][:, 2:])
        turned = {
            tuple(int(level[0, axis, 0, 0] > level[0, axis, -1, -1]) for axis in (1, 2)) for level in levels
        }
        assert len(turned) == 1
        seen |= turned
    assert seen == {(0, 0), (0, 1), (1, 0), (1, 1)}
