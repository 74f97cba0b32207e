"""How content joins an image, against plain references."""

import cv2
import numpy as np
import pytest
import scipy.sparse
import torch
from scipy.ndimage import gaussian_filter1d
from scipy.sparse.linalg import spsolve
from scipy.special import erf

from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import (
    Alpha,
    Blob,
    Donor,
    Elsewhere,
    GradientDomain,
    Paste,
    Rectangle,
    Replace,
    Scar,
    Soft,
    WholeImage,
)

QUARTER_GREY_LEVEL = 1 / 255 / 4


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pictures(count, *size, seed=0):
    """Random images: coarse structure, a gradient and a little noise."""
    generator = seeded(seed)
    coarse = torch.rand(count, 3, 4, 4, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=size, mode="bilinear")
    return (0.8 * smooth + 0.2 * torch.rand(count, 3, *size, generator=generator)).clamp(0, 1)


def grid(height, width):
    return torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")


def regions(height, width):
    """Masks of many forms, by name."""
    down, across = grid(height, width)
    blank = torch.zeros(height, width)
    noise = torch.rand(height, width, generator=seeded(5))
    coarse = torch.rand(1, 1, height // 6, width // 6, generator=seeded(6))
    rectangle, at_corner, hole, line = blank.clone(), blank.clone(), blank + 1, blank.clone()
    rectangle[5:-7, 3:-9] = 1
    at_corner[: height // 2, -width // 2 :] = 1
    hole[height // 2, width // 3] = 0
    line[height // 2] = 1
    disc = ((down - height / 2) ** 2 + (across - width / 2) ** 2 < 0.2 * min(height, width) ** 2).float()
    blobs = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bilinear")[0, 0] > 0.5
    return {
        "empty": blank,
        "full": blank + 1,
        "rectangle": rectangle,
        "corner": at_corner,
        "hole": hole,
        "line": line,
        "disc": disc,
        "blobs": blobs.float(),
        "noise": (noise < 0.6).float(),
        "almost all": (noise < 0.97).float(),
        "checkers": ((down + across) % 2).float(),
    }


def steeper(mine, other):
    return np.where(np.abs(other) > np.abs(mine), other, mine)


def direct(image, content, mask, mixed):
    """Solve equation 7 of Perez et al. for one image, pixel by pixel; numpy ``(H, W, 3)``."""
    rows, columns = np.nonzero(mask)
    number = np.full(mask.shape, -1)
    number[rows, columns] = np.arange(len(rows))
    matrix = scipy.sparse.lil_matrix((len(rows), len(rows)))
    right = np.zeros((len(rows), 3))
    for here, (row, column) in enumerate(zip(rows, columns, strict=True)):
        for y, x in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            if not (0 <= y < mask.shape[0] and 0 <= x < mask.shape[1]):
                continue
            gradient = content[row, column] - content[y, x]
            if mixed:
                gradient = steeper(image[row, column] - image[y, x], gradient)
            right[here] += gradient
            matrix[here, here] += 1
            if mask[y, x]:
                matrix[here, number[y, x]] = -1
            else:
                right[here] += image[y, x]
    made = image.copy()
    if mask.all():  # any constant could be added: the image's mean is kept
        matrix[0] = 1
        right[0] = image.sum((0, 1))
    if len(rows):
        made[rows, columns] = spsolve(matrix.tocsc(), right).reshape(-1, 3)
    return made


def solved(images, content, masks, mixed):
    arrays = [
        direct(
            *(part.permute(1, 2, 0).double().numpy() for part in (image, other)), mask[0].numpy() > 0, mixed
        )
        for image, other, mask in zip(images, content, masks, strict=True)
    ]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2).float()


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("size", [(48, 48), (37, 70)])
def test_gradient_domain_is_the_direct_solution_for_any_mask(size, mixed):
    masks = torch.stack(list(regions(*size).values()))[:, None]
    images, content = pictures(len(masks), *size), pictures(len(masks), *size, seed=1)
    made = GradientDomain(mixed).join(images, content, masks, Parameters({}))
    torch.testing.assert_close(made, solved(images, content, masks, mixed), atol=QUARTER_GREY_LEVEL, rtol=0)
    assert torch.equal(made[0], images[0])


@pytest.mark.parametrize("mixed", [False, True])
def test_gradient_domain_is_exact_in_rectangles(mixed):
    size = (40, 56)
    boxes = [(5, 6, 20, 30), (0, 6, 20, 30), (20, 0, 20, 56), (0, 0, 40, 56), (7, 9, 1, 1), (0, 3, 40, 50)]
    shape = Parameters({"box": torch.tensor(boxes)})
    masks = Rectangle().masks(shape, size)
    images, content = pictures(len(boxes), *size), pictures(len(boxes), *size, seed=1)
    blend = GradientDomain(mixed)
    made = blend.join_within(images, content, masks, Parameters({}), shape, fills_box=True)
    torch.testing.assert_close(made, solved(images, content, masks, mixed), atol=2e-5, rtol=0)
    iterated = blend.join_within(images, content, masks, Parameters({}), shape, fills_box=False)
    torch.testing.assert_close(iterated, made, atol=QUARTER_GREY_LEVEL, rtol=0)


def test_large_masks_of_both_ways_agree():
    size = (256, 200)
    shape = Parameters({"box": torch.tensor([(0, 0, 200, 190), (3, 4, 250, 190), (40, 50, 90, 70)])})
    masks = Rectangle().masks(shape, size)
    images, content = pictures(3, *size), pictures(3, *size, seed=1)
    exact, iterated = (
        GradientDomain().join_within(images, content, masks, Parameters({}), shape, fills_box=fills)
        for fills in (True, False)
    )
    torch.testing.assert_close(iterated, exact, atol=QUARTER_GREY_LEVEL, rtol=0)


def test_more_iterations_come_closer():
    masks = torch.stack(list(regions(48, 48).values()))[:, None]
    images, content = pictures(len(masks), 48, 48), pictures(len(masks), 48, 48, seed=1)
    right = solved(images, content, masks, False)
    errors = [
        (GradientDomain(iterations=count).join(images, content, masks, Parameters({})) - right).abs().max()
        for count in (1, 2, 4, 6)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 5e-5


def test_iterations_beyond_the_last_digit_do_no_harm():
    """Where nothing holds the colours, rounding must not add up to another constant."""
    for size in ((48, 48), (1, 300), (3, 90)):
        masks = torch.ones(1, 1, *size)
        images, content = pictures(1, *size), pictures(1, *size, seed=1)
        made = GradientDomain(iterations=40).join(images, content, masks, Parameters({}))
        torch.testing.assert_close(made, solved(images, content, masks, False), atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "box", [(0, 0, 200, 200), (0, 0, 255, 200), (56, 0, 200, 200), (0, 0, 256, 100), (0, 1, 256, 199)]
)
def test_large_masks_at_three_edges_are_solved(box):
    """The iterations against the exact solution, for smooth and for rough content of full contrast."""
    size, top = (256, 200), torch.linspace(0, 1, 256)[:, None].expand(256, 200)
    shape = Parameters({"box": torch.tensor([box] * 3)})
    masks = Rectangle().masks(shape, size)
    rough = pictures(1, *size, seed=1)[0]
    content = torch.stack((top.expand(3, -1, -1), rough, (top > 0.5).float().expand(3, -1, -1)))
    images = pictures(3, *size) * torch.linspace(0, 1, 200)
    for mixed in (False, True):
        exact, iterated = (
            GradientDomain(mixed).join_within(images, content, masks, Parameters({}), shape, fills_box=fills)
            for fills in (True, False)
        )
        torch.testing.assert_close(iterated, exact, atol=2e-4, rtol=0)


def test_a_single_pixel_holds_a_large_mask():
    """Its neighbours' colours dip to it like a logarithm, which the coarse grids show badly."""
    masks = torch.ones(2, 1, 120, 150)
    masks[0, 0, 60, 40] = masks[1, 0, 0, 149] = 0
    images, content = pictures(2, 120, 150), pictures(2, 120, 150, seed=1)
    made = GradientDomain().join(images, content, masks, Parameters({}))
    right = solved(images, content, masks, False)
    torch.testing.assert_close(made, right, atol=QUARTER_GREY_LEVEL, rtol=0)


def test_gradient_domain_looks_like_seamless_clone():
    """OpenCV keeps the image's own gradients within three pixels of the border, and rounds."""
    down, across = (part / 80 for part in grid(80, 80))
    wave = torch.stack((0.5 + 0.3 * (9 * down).sin(), 0.4 + 0.4 * across, 0.5 + 0.3 * (7 * across).cos()))
    images, content = wave[None], 0.6 * wave[None].flip(1).mT + 0.1
    masks = torch.zeros(1, 1, 80, 80)
    masks[..., 20:60, 24:58] = 1
    made = GradientDomain().join(images, content, masks, Parameters({}))[0].permute(1, 2, 0) * 255
    image, patch = ((part[0].permute(1, 2, 0) * 255).byte().numpy() for part in (images, content))
    mask = (masks[0, 0] * 255).byte().numpy()
    cloned = cv2.seamlessClone(patch, image, mask, (24 + 17, 20 + 20), cv2.NORMAL_CLONE)
    difference = np.abs(made.numpy() - cloned)[20:60, 24:58]
    assert np.abs(image.astype(float) - cloned)[20:60, 24:58].max() > 30
    assert difference.mean() < 4
    assert difference.max() < 16


def test_content_that_differs_by_a_constant_leaves_the_image():
    images = pictures(2, 32, 32)
    masks = torch.stack([regions(32, 32)["disc"], regions(32, 32)["blobs"]])[:, None]
    made = GradientDomain().join(images, images - 0.3, masks, Parameters({}))
    torch.testing.assert_close(made, images, atol=1e-5, rtol=0)


def test_mixed_gradients_keep_the_texture_under_plain_content():
    images = pictures(1, 32, 32)
    masks = regions(32, 32)["disc"][None, None]
    plain = torch.full_like(images, 0.5)
    made = GradientDomain(mixed=True).join(images, plain, masks, Parameters({}))
    torch.testing.assert_close(made, images, atol=1e-5, rtol=0)
    assert (GradientDomain().join(images, plain, masks, Parameters({})) - images).abs().max() > 0.05


def test_soft_masks_weigh_the_solution():
    images, content = pictures(1, 32, 32), pictures(1, 32, 32, seed=1)
    hard = regions(32, 32)["disc"][None, None]
    full = GradientDomain().join(images, content, hard, Parameters({}))
    half = GradientDomain().join(images, content, hard / 2, Parameters({}))
    torch.testing.assert_close(half, (images + full) / 2, atol=1e-6, rtol=0)


@pytest.mark.parametrize("shape", [Rectangle((0.01, 0.5)), WholeImage()])
@pytest.mark.parametrize("mixed", [False, True])
def test_a_sample_does_not_depend_on_the_others(shape, mixed):
    synthesizer = Paste(shape, Elsewhere(), GradientDomain(mixed))
    images = pictures(6, 72, 96)
    drawn = synthesizer.draw(6, (72, 96), seeded())
    made = synthesizer.apply(images, drawn)
    for row in range(6):
        alone = Parameters({name: value[row : row + 1] for name, value in drawn.host.items()})
        single = synthesizer.apply(images[row : row + 1], alone).images
        torch.testing.assert_close(single, made.images[row : row + 1], atol=2e-6, rtol=0)


def test_a_guided_rectangle_is_no_rectangle_any_more():
    images, donors = pictures(4, 40, 40), pictures(4, 40, 40, seed=1)
    guide = regions(40, 40)["disc"].expand(4, 1, 40, 40)
    made = Paste(WholeImage(), Donor(), GradientDomain())(images, seeded(), guide=guide, donors=donors[:1])
    right = solved(images, donors[:1].expand(4, -1, -1, -1), guide, False).clamp(0, 1)
    torch.testing.assert_close(made.images, right, atol=QUARTER_GREY_LEVEL, rtol=0)


def test_no_iterations_are_refused():
    with pytest.raises(ValueError, match="iterations must be at least 1"):
        GradientDomain(iterations=0)


def test_replace_is_a_weighted_sum():
    images, content = pictures(2, 8, 9), pictures(2, 8, 9, seed=1)
    masks = torch.rand(2, 1, 8, 9, generator=seeded())
    made = Replace().join(images, content, masks, Parameters({}))
    torch.testing.assert_close(made, images * (1 - masks) + content * masks)


def test_alpha_mixes_by_one_opacity_a_sample():
    blend = Alpha((0.3, 0.6))
    drawn = blend.draw(500, seeded())
    assert drawn["opacity"].shape == (500,)
    assert 0.3 <= drawn["opacity"].min() < 0.31
    assert 0.59 < drawn["opacity"].max() <= 0.6
    images, content = pictures(3, 8, 8), pictures(3, 8, 8, seed=1)
    masks = (torch.rand(3, 1, 8, 8, generator=seeded()) > 0.5).float()
    made = blend.join(images, content, masks, Parameters({"opacity": drawn["opacity"][:3]}))
    for row, opacity in enumerate(drawn["opacity"][:3].tolist()):
        right = torch.where(masks[row] > 0, (1 - opacity) * images[row] + opacity * content[row], images[row])
        torch.testing.assert_close(made[row], right)


@pytest.mark.parametrize("opacity", [(0.0, 1.0), (0.6, 0.4), (0.5, 1.1)])
def test_wrong_opacities_are_refused(opacity):
    with pytest.raises(ValueError, match="opacity must be two numbers"):
        Alpha(opacity)
    with pytest.raises(ValueError, match="opacity must be two numbers"):
        Soft(opacity=opacity)


def soft(images, content, masks, softness, opacity=1.0):
    count = len(images)
    drawn = {"softness": torch.full((count,), softness), "opacity": torch.full((count,), opacity)}
    return Soft().join(images, content, masks, Parameters(drawn))


def weights_of(mask, sigma):
    """Return the weights of one mask ``(H, W)``, of a standard deviation in pixels."""
    height, width = mask.shape
    black, white = torch.zeros(1, 3, height, width), torch.ones(1, 3, height, width)
    return soft(black, white, mask[None, None].float(), sigma / min(height, width))[0, 0]


def test_soft_weights_at_a_straight_edge_are_those_of_a_gaussian_blur():
    mask = torch.zeros(60, 90)
    mask[:, 30:] = 1
    sigma = 2.5
    # at eight times the resolution, where an edge is one
    blurred = gaussian_filter1d(np.repeat(mask[0].double().numpy(), 8), 8 * sigma, truncate=6, mode="nearest")
    expected = np.clip(2 * blurred.reshape(-1, 8).mean(1) - 1, 0, None)
    made = weights_of(mask, sigma)
    assert (made.amax(dim=0) - made.amin(dim=0)).max() < 1e-6
    np.testing.assert_allclose(made[0].numpy(), expected, atol=0.015)


def brute_force(mask, sigma, far=2.5, stretch=2.0):
    """The definition, over all pairs of pixels."""
    places = np.argwhere(np.ones_like(mask))
    squared = ((places[:, None] - places) ** 2).sum(-1).astype(float)
    within, limit = mask.ravel() > 0, max(1, far * sigma + 0.5)
    to_outside = squared[:, ~within].min(1) if (~within).any() else np.full(mask.size, np.inf)
    depth = np.minimum(np.sqrt(to_outside), limit)
    reaches = squared < stretch * depth**2
    thickness = np.where(reaches, depth, 0).max(1)
    return depth.reshape(mask.shape), thickness.reshape(mask.shape)


@pytest.mark.parametrize("name", sorted(regions(24, 30)))
def test_soft_weights_by_their_definition(name):
    mask = regions(24, 30)[name]
    sigma = 1.7
    made = weights_of(mask, sigma).double().numpy()
    depth, thickness = brute_force(mask.numpy(), sigma)
    scale = np.sqrt(2) * sigma
    # discs are compared by their parabolas: a pixel's thickness is never more than the definition's
    least = erf((depth - 0.5) / scale) / erf((np.maximum(thickness, 1) - 0.5) / scale)
    inside = mask.numpy() > 0
    assert (made[~inside] == 0).all()
    assert (made[inside] >= least[inside] - 1e-5).all()
    assert (made <= 1).all()
    # and it is the same where a region is as thick as it is deep
    middle = inside & (depth >= thickness)
    np.testing.assert_allclose(made[middle], 1, atol=1e-5)


def test_a_thin_region_beside_a_large_one_keeps_its_strength():
    mask = torch.zeros(96, 96)
    mask[20:76, 10:60] = 1
    mask[30:32, 68:92] = 1  # a scratch that touches nothing
    mask[50, 60:90] = 1  # and one that leads into the large region
    made = weights_of(mask, 4.0)
    alone = weights_of(torch.where(torch.arange(96) < 66, 0.0, mask), 4.0)
    assert (made[30:32, 68:92] > 0.99).all()
    assert (made[50, 66:90] > 0.99).all()
    assert torch.equal(made[30:32, 70:], alone[30:32, 70:])
    assert made[48, 35] > 0.99
    assert made[20, 35] < 0.15


@pytest.mark.parametrize("name", sorted(regions(48, 48)))
def test_soft_changes_exactly_what_the_mask_says(name):
    mask = regions(48, 48)[name]
    for sigma in (0.0, 0.6, 3.0, 12.0):
        assert torch.equal(weights_of(mask, sigma) > 0, mask > 0)


def test_the_corners_of_a_large_region_are_as_soft_as_its_sides():
    mask = torch.zeros(80, 80)
    mask[10:70, 10:70] = 1
    made = weights_of(mask, 4.0)
    assert made[10, 10] <= made[10, 40] * 1.35
    assert (made[10:40, 10:40].diagonal().diff() > -1e-6).all()


def test_a_sample_is_as_soft_as_it_would_be_alone():
    masks = torch.stack([regions(40, 44)[name] for name in ("rectangle", "blobs", "line")])[:, None]
    images, content = torch.zeros(3, 3, 40, 44), torch.ones(3, 3, 40, 44)
    drawn = {"softness": torch.tensor([0.01, 0.15, 0.04]), "opacity": torch.ones(3)}
    together = Soft().join(images, content, masks, Parameters(drawn))
    for row in range(3):
        one = slice(row, row + 1)
        own = Parameters({name: value[one] for name, value in drawn.items()})
        assert torch.equal(Soft().join(images[one], content[one], masks[one], own), together[one])


@pytest.mark.parametrize(
    "shape", [Rectangle((0.05, 0.4)), Blob((0.1, 0.5)), Scar((2, 30), (10, 90))], ids=repr
)
@pytest.mark.parametrize("size", [(90, 140), (33, 20)])
def test_soft_in_boxes_is_soft_in_whole_images(shape, size):
    images, content, blend = pictures(12, *size), pictures(12, *size, seed=1), Soft((0.0, 0.2), (0.2, 1.0))
    drawn, own = shape.draw(12, size, seeded(3)), blend.draw(12, seeded(4))
    masks = shape.masks(drawn, size)
    assert (drawn["box"][:, 0] == 0).any()  # some masks touch the image's edge, which is no outline
    within = blend.join_within(images, content, masks, own, drawn, fills_box=False)
    torch.testing.assert_close(within, blend.join(images, content, masks, own), atol=1e-6, rtol=0)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_soft_leaves_the_image_where_the_mask_is_0(dtype):
    images, content = pictures(4, 60, 60).to(dtype), pictures(4, 60, 60, seed=1).to(dtype)
    drawn, own = Blob().draw(4, (60, 60), seeded(1)), Soft().draw(4, seeded(2))
    masks = Blob().masks(drawn, (60, 60))
    made = Soft().join_within(images, content, masks, own, drawn, fills_box=False)
    outside = (masks == 0).expand_as(images)
    assert made.dtype == dtype
    assert torch.equal(made[outside], images[outside])


def test_soft_without_softness_is_alpha():
    images, content = pictures(2, 16, 16), pictures(2, 16, 16, seed=1)
    masks = (torch.rand(2, 1, 16, 16, generator=seeded()) > 0.5).float()
    opacity = torch.full((2,), 0.7)
    hard = Alpha().join(images, content, masks, Parameters({"opacity": opacity}))
    torch.testing.assert_close(soft(images, content, masks, 0.0, 0.7), hard)


def test_soft_edges_fade_and_the_middle_is_content():
    masks = torch.zeros(1, 1, 64, 64)
    masks[..., 12:52, 12:52] = 1
    made = soft(torch.zeros(1, 3, 64, 64), torch.ones(1, 3, 64, 64), masks, 0.04)[0, 0]
    profile = made[32, 12:33]
    assert (profile.diff() >= 0).all()
    assert profile[0] < 0.3
    assert profile[-1] > 0.99
    assert not made[masks[0, 0] == 0].any()


def test_soft_is_plain_on_a_mask_of_the_whole_image():
    images, content = pictures(1, 16, 20), pictures(1, 16, 20, seed=1)
    made = soft(images, content, torch.ones(1, 1, 16, 20), 0.1)
    torch.testing.assert_close(made, content)


@pytest.mark.parametrize("softness", [(-0.1, 0.1), (0.2, 0.1), (0.0, 1.5)])
def test_wrong_softness_is_refused(softness):
    with pytest.raises(ValueError, match="softness must be two shares"):
        Soft(softness)
