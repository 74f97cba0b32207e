"""Training on good images: what one seed gives, what is kept, what the user is told."""

import pytest
import torch
from PIL import Image
from torch import nn

from synth_anomaly import load_method
from synth_anomaly.errors import RunError
from synth_anomaly.testing import random_images
from synth_anomaly.training import Listener, locked


def test_fitting_returns_the_method_ready_to_predict(trained):
    assert not any(module.training for module in trained.modules())
    assert trained.device == torch.device("cpu")


def test_one_seed_gives_one_result(trained, small, assert_same):
    again = small().fit(random_images(), device="cpu", precision="fp32")
    assert_same(again.predict(random_images(3)), trained.predict(random_images(3)))
    other = small(seed=1).fit(random_images(), device="cpu", precision="fp32")
    assert not torch.equal(other.predict(random_images(3)).maps, trained.predict(random_images(3)).maps)


def test_the_global_random_state_is_left_alone(small):
    before = torch.get_rng_state()
    small().fit(random_images(), device="cpu", precision="fp32")
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("kind", [str, None])
def test_training_goes_on_from_its_checkpoints(trained, tmp_path, kind, small, assert_same):
    folder = tmp_path / "checkpoint"
    given = kind(folder) if kind else folder
    small().fit(random_images(), device="cpu", precision="fp32", checkpoints=given)
    assert (folder / "state.json").is_file()
    again = small().fit(random_images(), device="cpu", precision="fp32", checkpoints=given)
    assert_same(again.predict(random_images(3)), trained.predict(random_images(3)))


def test_validation_holds_images_back(small):
    data = small(validation=0.34).training_data(random_images(6), torch.device("cpu"))
    assert (len(data.train), len(data.validation)) == (4, 2)
    names = {sample.name for store in (data.train, data.validation) for sample in store.samples}
    assert len(names) == 6
    assert small().training_data(random_images(6), torch.device("cpu")).validation is None


def test_what_the_user_should_read_is_a_warning_where_they_called(tmp_path, small):
    for row, image in enumerate(random_images(5)):
        Image.fromarray(image).save(tmp_path / f"{row}.png")
    (tmp_path / "4.png").write_bytes((tmp_path / "4.png").read_bytes()[:40])
    made = small()
    with pytest.warns(UserWarning, match=r"left out 1 of 5 images.*4\.png") as caught:
        made.fit(tmp_path, device="cpu", precision="fp32", skip_bad=True)
    assert [warning.filename for warning in caught] == [__file__]
    said = []
    small().fit(tmp_path, device="cpu", precision="fp32", skip_bad=True, warn=said.append)
    assert len(said) == 1


def test_one_process_trains_into_a_folder(tmp_path, small):
    with locked(tmp_path), pytest.raises(RunError, match="is being trained by another process"):
        small().fit(random_images(), device="cpu", precision="fp32", checkpoints=tmp_path)


def test_files_are_read_for_every_size_that_it_synthesises_at(methods):
    told = []

    class Steps(Listener):
        def on_reading(self, what, done, total):
            told.append(what)

        def on_step(self, stage, step, losses):
            told.append("step")

    made = methods.OfSizes(size=16)
    made.piece = methods.NeedsFiles()
    made.fit(random_images(3, 16, 16), device="cpu", precision="fp32", listeners=[Steps()], warn=told.append)
    assert made.piece.sizes == [(8, 8), (16, 16)]
    assert made.notes == ("the same", "at 8", "at 16")
    assert told == ["files", "files", *made.notes, "step"]


def test_published_weights_are_not_loaded_over_trained_ones(tmp_path, methods):
    made = methods.OtherPublished(size=16)
    made.fit(random_images(3, 16, 16), device="cpu", precision="fp32")
    assert made.network.weight.min() > 0.5
    nn.init.zeros_(made.network.weight)
    made.save(tmp_path)
    loaded = load_method(tmp_path, allow_code=True)
    assert (made.loaded, loaded.loaded) == (False, True)
    loaded.fit(random_images(3, 16, 16), device="cpu", precision="fp32")
    assert loaded.network.weight.abs().max() < 0.5


def test_remarks_are_told_and_noted(small, methods):
    told = []
    made = methods.Remarkable(**methods.SMALL).fit(random_images(), device="cpu", warn=told.append)
    assert "it begins without weights" in told
    assert made.notes == ("it begins without weights",)
    assert small().remarks() == ()
