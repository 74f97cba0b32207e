"""Every synthesizer holds what the kind promises."""

from importlib.metadata import EntryPoint

import pytest
import torch
from kornia.augmentation import RandomVerticalFlip

from synth_anomaly.catalogue import Catalogue
from synth_anomaly.discovery import discover
from synth_anomaly.errors import OptionError
from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.synthesizers import (
    Alpha,
    Blob,
    Bounded,
    BrightnessShift,
    Chain,
    ColourJitter,
    Constant,
    CurvedLine,
    Donor,
    Elastic,
    Ellipse,
    Elsewhere,
    GammaRectangle,
    GradientDomain,
    Grey,
    KorniaFill,
    Mirror,
    Mixed,
    Noise,
    NoiseBlob,
    OneOf,
    Pair,
    Paste,
    Perlin,
    Permute,
    Polygon,
    QuarterTurn,
    Rectangle,
    Repeated,
    Resized,
    SaliencyPerlin,
    Scar,
    Several,
    Soft,
    SoftBlob,
    SomeOf,
    Sometimes,
    Stretch,
    Successive,
    Texture,
    TextureOperations,
    Tint,
    WholeImage,
    Within,
    amgad,
    cutpaste,
    cutpaste_3way,
    cutpaste_scar,
    draem,
    glass,
    hard_augmentation,
    lines_and_spots,
    nsa,
    saliency_perlin,
    small_regions,
    spots,
    ssae,
    ssae_cut_out,
    ssae_occlusion,
    ssae_patch_swap,
    ssae_rotation,
    thin_lines,
)
from synth_anomaly.testing import check_synthesizer


class Foreign:
    """A third party's synthesizer: it can only be called."""

    def __call__(self, images, generator, *, guide=None, donors=None):
        top = torch.randint(images.shape[2], (len(images),), generator=generator)
        rows = torch.arange(images.shape[2]) == top[:, None]
        rows = rows.to(images.device, non_blocking=True)
        masks = rows[:, None, :, None].expand(-1, 1, -1, images.shape[3]).float()
        masks = masks if guide is None else masks * (guide >= 0.5)
        return Defects(torch.where(masks > 0, 1 - images, images), masks, Parameters({"top": top}))


SYNTHESIZERS = {
    "cutpaste": cutpaste(),
    "hard-augmentation": hard_augmentation(),
    "amgad": amgad(),
    "cutpaste-3way": cutpaste_3way(),
    "cutpaste-scar": cutpaste_scar(),
    "draem": draem(),
    "glass": glass(),
    "nsa": nsa(),
    "sgsf": saliency_perlin(),
    "small-regions": small_regions(),
    "thin-lines": thin_lines(),
    "spots": spots(),
    "lines-and-spots": lines_and_spots(),
    "ssae": ssae(),
    "ssae-cut-out": ssae_cut_out(),
    "ssae-occlusion": ssae_occlusion(),
    "ssae-patch-swap": ssae_patch_swap(),
    "ssae-rotation": ssae_rotation(),
    "turned whole image": Paste(WholeImage(), QuarterTurn()),
    "visible": Paste(Rectangle(), Elsewhere(), visible=0.1),
    "scar": Paste(Scar(), Successive((ColourJitter(), Elsewhere()))),
    "soft": Paste(Rectangle(), Elsewhere(), Soft()),
    "soft, several": Paste(Several(Blob()), Elsewhere(), Soft((0.01, 0.05), (0.3, 1.0)), visible=0.02),
    "curved lines": Paste(Several(CurvedLine()), Tint(), Alpha()),
    "noise blobs": Paste(Several(NoiseBlob()), SomeOf((Donor(), Noise(), Constant()), 1)),
    "gradient-domain": Paste(Rectangle((0.02, 0.6)), Elsewhere(), GradientDomain()),
    "mixed gradients": Paste(Scar(), Elsewhere(), GradientDomain(mixed=True)),
    "shuffled": Paste(Rectangle(), Permute("shuffle")),
    "elastic": Paste(Rectangle((0.1, 0.4)), Elastic()),
    "resized": Paste(Rectangle(), Successive((Elsewhere(), Resized(angle=(-45.0, 45.0), mirror=0.5)))),
    "cut-out": Paste(Rectangle(), Constant()),
    "colours": Paste(Scar(), Constant((0.0, 1.0), colour=True)),
    "noise": Paste(Rectangle(), Noise()),
    "grey noise alone": Paste(Rectangle(), Noise(distribution="uniform", replaces=True, colour=False)),
    "brightness": Paste(WholeImage(), BrightnessShift()),
    "tiles": Paste(Rectangle((0.1, 0.4)), Permute("shuffle", 3)),
    "kornia": Paste(Rectangle((0.1, 0.4)), KorniaFill(RandomVerticalFlip(p=0.7))),
    "donor": Paste(Rectangle((0.1, 0.4)), Donor()),
    "donor elsewhere": Paste(Rectangle(), Successive((Donor(), Sometimes(ColourJitter()), Elsewhere()))),
    "perlin": Paste(Perlin(), Donor(), Alpha()),
    "fractal perlin": Paste(Perlin((2, 8), octaves=3), Permute()),
    "saliency-perlin": Paste(SaliencyPerlin(), Donor()),
    "ellipse": Paste(Ellipse(), Elsewhere()),
    "blobs": Paste(Several(Blob(), (1, 3)), ColourJitter()),
    "polygon": Paste(Polygon(), Donor()),
    "soft-blob": Paste(SoftBlob(), Elsewhere()),
    "bounded": Paste(Bounded(Perlin((1, 4)), (0.01, 0.06)), Donor()),
    "within": Paste(Within(Several(Rectangle()), (0.2, 0.3, 0.9, 1.0)), Elsewhere()),
    "pair": Paste(Pair(Perlin(), SoftBlob()), Donor()),
    "one-of": OneOf((cutpaste(), Foreign(), Paste(Rectangle(), Donor())), (0.2, 0.5, 0.3)),
    "gamma-rectangle": Paste(GammaRectangle(), ColourJitter()),
    "repeated": Repeated(OneOf((Foreign(), Paste(Rectangle(), Donor()))), (1, 4)),
    "chain": Chain((cutpaste(), Foreign(), hard_augmentation())),
    "mixed": Mixed(OneOf((Foreign(), Chain((cutpaste(), cutpaste())))), 0.6),
    "texture": Paste(Rectangle(), Successive((Texture(), TextureOperations())), Alpha()),
    "mirrored": Paste(Rectangle((0.1, 0.4)), Successive((Mirror(), Mirror("height"), Grey()))),
    "some of": Paste(Perlin(), SomeOf((Stretch(), Donor(), Mirror(), Grey()), 2)),
    "operations": Paste(WholeImage(), TextureOperations()),
    "foreign": Foreign(),
}


@pytest.fixture(scope="module")
def plugins():
    point = EntryPoint("built-in", "synth_anomaly.builtin", "synth_anomaly")
    return Catalogue(discover(found=[point]))


@pytest.mark.parametrize("name", SYNTHESIZERS)
def test_holds_what_the_kind_promises(name, plugins):
    check_synthesizer(SYNTHESIZERS[name], plugins=plugins)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("name", SYNTHESIZERS)
def test_holds_it_on_cuda(name, plugins):
    check_synthesizer(SYNTHESIZERS[name], device="cuda", plugins=plugins)


@pytest.mark.parametrize("name", SYNTHESIZERS)
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 2)])
def test_tiny_images(name, size):
    images = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    made = SYNTHESIZERS[name](images, torch.Generator().manual_seed(0), donors=images)
    assert torch.equal(torch.where(made.masks > 0, images, made.images), images)


@pytest.mark.parametrize("name", SYNTHESIZERS)
def test_no_images(name):
    images = torch.zeros(0, 3, 8, 9)
    made = SYNTHESIZERS[name](
        images, torch.Generator(), guide=torch.zeros(0, 1, 8, 9), donors=torch.rand(2, 3, 8, 9)
    )
    assert made.images.shape == (0, 3, 8, 9)
    assert made.masks.shape == (0, 1, 8, 9)


@pytest.mark.parametrize("name", [name for name in SYNTHESIZERS if name != "foreign"])
def test_parameters_replay(name):
    synthesizer = SYNTHESIZERS[name]
    generator = torch.Generator().manual_seed(3)
    images, guide = (
        torch.rand(5, 3, 20, 24, generator=generator),
        torch.rand(5, 1, 20, 24, generator=generator),
    )
    donors = torch.rand(2, 3, 20, 24, generator=generator)
    made = synthesizer(images, generator, guide=guide, donors=donors)
    again = synthesizer.apply(images, made.parameters, guide=guide, donors=donors)
    assert torch.equal(made.images, again.images)
    assert torch.equal(made.masks, again.masks)


@pytest.mark.parametrize("name", [name for name in SYNTHESIZERS if name != "foreign"])
def test_description_survives_the_round_trip(name, plugins):
    described = plugins.describe("synthesizer", SYNTHESIZERS[name])
    again = plugins.describe("synthesizer", plugins.build("synthesizer", described))
    assert again == described


def test_recipe_reaches_inside(plugins):
    made = plugins.build("synthesizer", {"name": "cutpaste", "shape": {"area": [0.02, 0.1]}})
    assert made == cutpaste(Rectangle((0.02, 0.1)))


def test_recipe_of_lists(plugins):
    fills = [{"name": "sometimes", "fill": "quarter-turn", "p": 0.25}, "donor", "elsewhere"]
    recipe = {
        "name": "mixed",
        "p": 1,
        "synthesizer": {
            "name": "paste",
            "shape": {"name": "rectangle", "aspect": [[0.5, 2]]},
            "fill": {"name": "successive", "fills": fills},
        },
    }
    fill = Successive((Sometimes(QuarterTurn(), 0.25), Donor(), Elsewhere()))
    assert plugins.build("synthesizer", recipe) == Mixed(Paste(Rectangle(aspect=((0.5, 2.0),)), fill), 1.0)


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ({"name": "cutpaste", "shape": {"area": [0.2, 0.1]}}, "area must be two shares"),
        ({"name": "cutpaste", "shape": {"aspect": []}}, "aspect must be ranges"),
        ({"name": "mixed", "synthesizer": "cutpaste", "p": 2}, r"p must be in \[0, 1\], got 2.0"),
        ({"name": "one-of", "synthesizers": []}, "at least one"),
        ({"name": "one-of", "synthesizers": ["cutpaste"], "weights": [0]}, "weights must be 1 numbers"),
        ({"name": "cutpaste", "fill": {"name": "colour-jitter", "hue": 0.7}}, "hue must be in"),
        ({"name": "cutpaste", "fill": {"name": "quarter-turn", "turns": [0]}}, "turns must be out of"),
        ({"name": "cutpaste", "fill": {"name": "permute", "mode": "tiles"}}, "'mode' takes"),
    ],
)
def test_wrong_options_are_named(recipe, message, plugins):
    with pytest.raises(OptionError, match=message):
        plugins.build("synthesizer", recipe)
