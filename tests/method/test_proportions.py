"""A method's input size out of the proportions of its training images."""

import warnings

import numpy as np
import pytest
from torch import nn

from synth_anomaly import Pipeline, load_method
from synth_anomaly.data.proportions import Proportions
from synth_anomaly.errors import OptionError
from synth_anomaly.method import MethodSettings
from synth_anomaly.method.proportions import is_proportional, proportional_size, size_notes
from synth_anomaly.testing import random_images

WIDE = {"count": 4, "height": 40, "width": 96}


def asked(size, **others):
    return MethodSettings(size=size, keep_proportions=True, **others)


@pytest.fixture
def fitted(small):
    def fit(images, **changes):
        pipeline = small(size=64, keep_proportions=True, **changes)
        said = []
        pipeline.fit(images, device="cpu", warn=said.append)
        return pipeline, said

    return fit


class TestTheSize:
    @pytest.mark.parametrize(
        ("images", "size", "expected"),
        [
            ((625, 250), 256, (416, 160)),
            ((250, 625), 256, (160, 416)),
            ((900, 900), 256, (256, 256)),
            ((1000, 960), 250, (250, 250)),
            ((40, 96), 64, (32, 96)),
            ((10, 4000), 64, (32, 1280)),
        ],
    )
    def test_keeps_proportions_and_pixels(self, images, size, expected):
        assert proportional_size(asked(size), images) == expected
        assert is_proportional(expected, asked(size))

    def test_sides_are_multiples_at_about_as_many_pixels(self):
        for proportion in np.linspace(0.2, 5, 97):
            size = proportional_size(asked(384), (round(1000 * proportion), 1000))
            if size != (384, 384):
                assert all(side % 32 == 0 for side in size)
                assert 0.85 < size[0] * size[1] / 384**2 < 1.15
                assert size[0] / size[1] == pytest.approx(proportion, rel=0.2)
            assert is_proportional(size, asked(384))

    def test_two_numbers_win(self):
        assert proportional_size(asked((64, 48)), (625, 250)) == (64, 48)
        assert not asked((64, 48)).asks_for_proportions

    def test_other_sizes_are_not_taken_for_it(self):
        assert not is_proportional((416, 416), asked(256))
        assert not is_proportional((250, 250), asked(256))
        assert not is_proportional((192, 96), asked(256))


class TestNotes:
    def test_nothing_of_square_images(self):
        assert size_notes(Proportions(((9, 9), (9, 9))), (64, 64), asked(64), chosen=True) == ()

    def test_proportions_that_differ_are_said(self):
        found = Proportions(((50, 100), (80, 100)))
        first, second = size_notes(found, (32, 96), asked(64), chosen=True)
        assert first.startswith("images are about 100x50 pixels: trained at 96x32, their proportions kept")
        assert second == (
            "the images' proportions differ, from 100x50 to 100x80 pixels: all are resized to 96x32"
        )

    def test_a_size_of_other_proportions_is_the_users_own(self):
        assert size_notes(Proportions(((50, 100),)), (96, 32), asked(64), chosen=False) == ()


class TestFitting:
    def test_the_settings_carry_the_size(self, fitted):
        pipeline, said = fitted(random_images(**WIDE))
        assert pipeline.settings.size == (32, 96)
        assert not pipeline.settings.keep_proportions
        note = (
            "images are 96x40 pixels: trained at 96x32, their proportions kept; "
            "keep_proportions=false squashes them"
        )
        assert pipeline.notes[0] == said[0] == note
        assert said.count(note) == 1
        assert pipeline.predict(random_images(2, 50, 50)).maps.shape == (2, 1, 32, 96)

    def test_it_evaluates_and_keeps_at_that_size(self, fitted, labelled, tmp_path, assert_same):
        pipeline, _ = fitted(random_images(**WIDE))
        samples = labelled(height=40, width=96)
        assert pipeline.evaluate(samples).maps[0].shape == (32, 96)
        pipeline.save(tmp_path)
        loaded = load_method(tmp_path)
        assert loaded.settings.input_size == (32, 96)
        assert not loaded.settings.keep_proportions
        assert_same(loaded.predict(samples), pipeline.predict(samples))

    def test_it_is_as_if_the_size_had_been_given(self, fitted, small, assert_same):
        images = random_images(**WIDE)
        pipeline, _ = fitted(images)
        given = small(size=(32, 96)).fit(images, device="cpu")
        assert_same(pipeline.predict(images), given.predict(images))

    def test_square_images_keep_the_size(self, fitted):
        pipeline, said = fitted(random_images(4, 50, 50))
        assert pipeline.settings.input_size == (64, 64)
        assert not said

    def test_two_numbers_are_taken_as_they_are(self, small):
        pipeline = small(size=(64, 32), keep_proportions=True)
        pipeline.fit(random_images(**WIDE), device="cpu")
        assert pipeline.settings.input_size == (64, 32)
        assert not pipeline.notes

    def test_the_training_data_alone_warns(self, small):
        pipeline = small(size=64, keep_proportions=True)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            data = pipeline.training_data(random_images(**WIDE), "cpu")
        assert data.train.size == (32, 96)
        assert "proportions kept" in str(caught[0].message)

    def test_it_goes_on_from_a_checkpoint(self, fitted, tmp_path, assert_same):
        images = random_images(**WIDE)
        first, _ = fitted(images)
        kept, _ = fitted(images)
        kept.fit(images, device="cpu", checkpoints=tmp_path, warn=lambda _: None)
        assert kept.settings.size == first.settings.size

    def test_networks_of_a_fixed_size_are_refused(self, methods):
        class Fixed(methods.Other):
            def build(self):
                super().build()
                self.position = nn.Linear(*self.settings.input_size)

        method = Fixed(size=64, keep_proportions=True)
        with pytest.raises(OptionError, match=r"give size=\(32, 96\)"):
            method.fit(random_images(**WIDE), device="cpu")
        assert method.settings.size == 64


def test_no_method_asks_for_it_unless_told():
    assert not MethodSettings().keep_proportions
    assert not Pipeline("quick", steps=1).settings.asks_for_proportions
