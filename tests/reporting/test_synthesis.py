"""What is written of synthetic defects: files, sheets, the page."""

import json
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from PIL import Image

from synth_anomaly.errors import ComponentError
from synth_anomaly.interfaces import Defects
from synth_anomaly.parameters import Parameters
from synth_anomaly.reporting.synthesis.files import readable_json, write_sample
from synth_anomaly.reporting.synthesis.folder import Synthesis
from synth_anomaly.reporting.synthesis.histogram import area_histogram
from synth_anomaly.reporting.synthesis.page import Exhibit, Setting, SynthesisPage, render_synthesis_page
from synth_anomaly.reporting.synthesis.published import PUBLISHED, published_figures
from synth_anomaly.reporting.synthesis.samples import sample_parameters, synthetic_samples
from synth_anomaly.reporting.synthesis.sheet import synthesis_sheet
from synth_anomaly.reporting.synthesis.statistics import defect_statistics, measure_defects
from synth_anomaly.reporting.synthesis.texts import percent, range_text, summary_line
from synth_anomaly.reporting.synthesis.trial import Trial, make_defects
from synth_anomaly.synthesizers import Donor, Elsewhere, Mixed, Paste, Rectangle, Scar, WholeImage

IMAGES = torch.rand(3, 3, 32, 40, generator=torch.Generator().manual_seed(0))
NAMES = ("good/000", "good/001", "<b>good</b>")
PASTE = Paste(Rectangle(), Elsewhere())


def samples_of(synthesizer, count=4, images=IMAGES):
    (before, made), *_ = make_defects(synthesizer, images, images, count=count)
    return list(synthetic_samples(before, made, NAMES))


def statistics_of(synthesizer, count=20):
    parts = list(make_defects(synthesizer, IMAGES, IMAGES, count=count))
    before, made, masks = (
        torch.cat(tensors)
        for tensors in zip(*((before, made.images, made.masks) for before, made in parts), strict=True)
    )
    return defect_statistics(measure_defects(before, made, masks))


def exhibit_of(synthesizer, **given):
    return Exhibit(
        **{
            "name": "paste",
            "samples": samples_of(synthesizer),
            "statistics": statistics_of(synthesizer),
            **given,
        }
    )


def page_of(*exhibits, **given):
    return render_synthesis_page(
        SynthesisPage(title="Synthesizers", details="seed 0", exhibits=exhibits, count=20, ring=1, **given)
    )


def without_pictures(text):
    return re.sub(r'"data:[^"]*"', '""', text)


def test_images_are_taken_in_turn():
    batches = list(make_defects(PASTE, IMAGES, None, count=37, seed=3))
    assert [len(before) for before, _ in batches] == [16, 16, 5]
    before = torch.cat([before for before, _ in batches])
    assert torch.equal(before, IMAGES[torch.arange(37) % 3])
    again = list(make_defects(PASTE, IMAGES, None, count=37, seed=3))
    assert all(torch.equal(a.images, b.images) for (_, a), (_, b) in zip(batches, again, strict=True))
    assert not torch.equal(batches[0][1].masks, batches[1][1].masks)


def test_fewer_samples_are_the_first_of_more():
    (_, few), (_, more) = (next(make_defects(PASTE, IMAGES, IMAGES, count=count)) for count in (5, 40))
    assert torch.equal(few.images, more.images[:5])
    assert torch.equal(few.parameters["shape/box"], more.parameters["shape/box"][:5])


def test_a_trial_keeps_the_first_samples():
    trial = Trial.of(PASTE, IMAGES, None, shown=2, count=20, seed=1)
    ((before, made), _) = make_defects(PASTE, IMAGES, None, count=20, seed=1)
    assert torch.equal(trial.before, before[:2])
    assert torch.equal(trial.defects.images, made.images[:2])
    assert len(trial.defects.parameters["shape/box"]) == 2
    assert trial.statistics.count == 20


def test_parameters_of_one_sample_are_plain_and_exact():
    drawn = Parameters.nest(
        shape=Parameters({"box": torch.tensor([[0, 1, 2, 3], [4, 5, 6, 7]])}),
        fill=Parameters.nest(jitter=Parameters({"on": torch.tensor([True, False]), "by": torch.rand(2, 2)})),
    )
    table = sample_parameters(drawn, 1)
    assert table["shape"] == {"box": [4, 5, 6, 7]}
    assert table["fill"]["jitter"]["on"] is False
    assert torch.equal(torch.tensor(table["fill"]["jitter"]["by"]), drawn["fill/jitter/by"][1])


def test_json_is_read_back():
    table = {"name": "pâste", "box": [1, 2], "deep": {"values": [[0.5, math.inf, math.nan]], "none": {}}}
    assert json.loads(readable_json(table)) == {
        **table,
        "deep": {"values": [[0.5, "inf", None]], "none": {}},
    }


def test_files_hold_the_sample(tmp_path):
    sample = samples_of(PASTE)[0]
    write_sample(tmp_path, 7, sample)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "images/007.png")), sample.after)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "masks/007.png")), sample.mask)
    facts = json.loads((tmp_path / "parameters/007.json").read_text())
    assert facts["mask_share"] == (sample.mask > 0).mean()
    assert facts["is_defective"] is True
    assert facts["parameters"] == sample.parameters


def test_the_faintest_mask_is_kept():
    (before, made), *_ = make_defects(PASTE, IMAGES, None, count=3)
    faint = type(made)(made.images, made.masks * 1e-4, made.parameters)
    sample = next(synthetic_samples(before, faint, NAMES))
    assert set(np.unique(sample.mask)) == {0, 1}
    assert sample.is_defective


def test_empty_masks_are_normal_samples():
    samples = samples_of(Mixed(PASTE, 0.5), 16)
    assert sum(sample.is_defective for sample in samples) == 8
    assert {sample.facts for sample in samples if not sample.is_defective} == {
        "normal sample: the mask is empty"
    }


@pytest.mark.parametrize("count", [1, 3, 4])
def test_the_sheet_has_a_place_for_each_sample(count):
    samples = samples_of(Mixed(PASTE, 0.5), count)
    sheet = synthesis_sheet(samples, title="paste " * 40, subtitle="seed 0", badge="DEMO")
    one = synthesis_sheet(samples[:1], title="paste", subtitle="seed 0")
    assert sheet.height > one.height if count > 3 else sheet.height == one.height


def test_the_folder_repeats(tmp_path):
    def write(name):
        (tmp_path / name).mkdir()
        return Synthesis(
            name="paste",
            synthesizer=PASTE,
            recipe={"name": "paste"},
            origin="parts",
            is_demo=False,
            images=IMAGES,
            names=NAMES,
            donors=None,
            seed=2,
            count=18,
        ).write(tmp_path / name)

    assert write("first") == write("second")
    files = sorted(path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*.*"))
    assert len(files) == 3 * 18 + 2
    assert all(
        (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()
        for file in files
    )
    facts = json.loads((tmp_path / "first/synthesis.json").read_text())
    assert facts["statistics"]["count"] == 18


@pytest.mark.parametrize("shape", [Rectangle(), Scar((1, 3), (4, 9)), WholeImage()])
def test_the_histogram_is_svg_within_its_frame(shape):
    figures = statistics_of(Paste(shape, Elsewhere()))
    picture = ElementTree.fromstring(area_histogram(figures))
    left, top, width, height = map(float, picture.get("viewBox").split())
    bars = [bar for bar in picture.iter("rect") if bar.get("class") == "bin"]
    assert bars
    for bar in bars:
        assert left <= float(bar.get("x")) <= float(bar.get("x")) + float(bar.get("width")) <= width
        assert top <= float(bar.get("y")) <= float(bar.get("y")) + float(bar.get("height")) <= height


def test_the_page_needs_nothing_else():
    text = page_of(exhibit_of(PASTE), is_demo=True)
    links = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert links
    assert all(link.startswith(("data:", "#")) for link in links)
    assert "http" not in without_pictures(text).replace("http-equiv", "")
    assert '<span class="badge">DEMO</span>' in text
    assert "<b>good</b>" not in text
    targets = {link for link in links if link.startswith("#")}
    assert all(f'id="{link[1:]}"' in text for link in targets)


def test_the_page_says_what_is_known():
    settings = [Setting("shape", '{name = "rectangle"}', "where it is")]
    text = page_of(
        exhibit_of(PASTE, source="A paper", provider="package 1.0", settings=settings),
        Exhibit(name="broken", reason="needs <donors>", provider="other"),
    )
    for words in ("A paper", "package 1.0", "where it is", "rectangle", "needs &lt;donors&gt;", "Not shown"):
        assert words in text


def test_published_figures_stand_beside_ours():
    figures = published_figures("draem", (256, 256))
    text = page_of(exhibit_of(PASTE, name="draem", published=figures))
    assert figures.origin.replace("'", "&#39;") in text
    written = [percent(share) for share in (figures.area_mean, figures.area_median, figures.empty)]
    written.append(range_text(figures.area_low, figures.area_high))
    assert all(f'<td class="num">{words}</td>' in text for words in written)
    assert "published" not in page_of(exhibit_of(PASTE, name="draem"))


def test_published_figures_are_of_one_size():
    assert published_figures("draem", (256, 256)) is PUBLISHED["draem"]
    assert published_figures("draem", (256, 128)) is None
    assert published_figures("cutpaste", (256, 256)) is None


def test_a_page_of_normal_samples_and_an_empty_page():
    text = page_of(exhibit_of(Mixed(PASTE, 0.0)))
    assert "normal sample" in text
    assert "nan" not in without_pictures(text)
    assert page_of().count("<section") == 1


def test_donors_are_passed_on():
    assert statistics_of(Paste(Rectangle(), Donor())).count == 20


def test_texts():
    assert range_text(math.nan, math.nan) == "n/a"
    assert summary_line(statistics_of(Mixed(PASTE, 0.0))) == "0 of 20 samples show a defect"


def fails(images, generator, **_):
    raise TypeError("no such thing")


def makes_flat_masks(images, generator, **_):
    return Defects(images, torch.zeros(len(images), *images.shape[2:]), Parameters({}))


@pytest.mark.parametrize(
    ("synthesizer", "sentence"),
    [
        (fails, "the synthesizer 'fails' failed: TypeError: no such thing: synth_anomaly.testing"),
        (
            lambda images, _, **__: (images, images),
            "must return Defects of images .*, got a tuple: synth_anomaly",
        ),
        (
            makes_flat_masks,
            r"and float32 \(16, 1, 8, 8\), got .* and float32 \(16, 8, 8\)",
        ),
    ],
)
def test_what_makes_no_defects_is_named(synthesizer, sentence):
    with pytest.raises(ComponentError, match=sentence):
        list(make_defects(synthesizer, torch.rand(2, 3, 8, 8), None, count=3))
