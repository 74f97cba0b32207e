"""What every synthesizer must hold, as checks that its author runs.

    from synth_anomaly.testing import check_synthesizer

    def test_scratches():
        check_synthesizer(Scratches())

Each check stands alone, and raises an AssertionError with a sentence that says what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

from synth_anomaly.catalogue import Catalogue
from synth_anomaly.interfaces import Size, Synthesizer
from synth_anomaly.testing.synthesizer_batching import check_batched, check_no_waiting
from synth_anomaly.testing.synthesizer_examples import (
    example_batches,
    example_donors,
    example_guide,
    example_images,
)
from synth_anomaly.testing.synthesizer_randomness import (
    check_in_training_step,
    check_random_state,
    check_same_on_cpu,
    check_same_seed,
)
from synth_anomaly.testing.synthesizer_replay import check_replay, check_replay_of_some, check_serialisable
from synth_anomaly.testing.synthesizer_result import check_input_untouched, check_result
from synth_anomaly.testing.synthesizer_shapes import check_boxes
from synth_anomaly.testing.synthesizer_sources import (
    check_donors,
    check_empty_masks,
    check_guide,
    check_independence,
)

__all__ = [
    "check_batched",
    "check_boxes",
    "check_donors",
    "check_empty_masks",
    "check_guide",
    "check_in_training_step",
    "check_independence",
    "check_input_untouched",
    "check_no_waiting",
    "check_random_state",
    "check_replay",
    "check_replay_of_some",
    "check_result",
    "check_same_on_cpu",
    "check_same_seed",
    "check_serialisable",
    "check_synthesizer",
    "example_batches",
    "example_donors",
    "example_guide",
    "example_images",
]

SIZES: tuple[Size, ...] = ((32, 32), (33, 47), (50, 24), (7, 2), (1, 9), (1, 1))
"""Square, odd, not square, and tiny."""

_OF_EVERY_SIZE = (check_result, check_guide, check_empty_masks)
_OF_ONE_SIZE = (
    check_input_untouched,
    check_same_seed,
    check_same_on_cpu,
    check_in_training_step,
    check_random_state,
    check_donors,
    check_independence,
    check_replay,
    check_replay_of_some,
)


def check_synthesizer(
    synthesizer: Synthesizer,
    *,
    device: torch.device | str = "cpu",
    sizes: Sequence[Size] = SIZES,
    plugins: Catalogue | None = None,
) -> None:
    """Run every check of this module.

    Each runs on black, white, random and other images in float32 and in bfloat16, square and not, in a
    batch and alone; what larger batches cost is counted in float32, square and not.

    Args:
        synthesizer: What is checked.
        device: Where the images are.
        sizes: Heights and widths of the images; what does not depend on it is checked at the first, and at
            its upper half, alone.
        plugins: Where component names come from; the installed plugins unless given.
    """
    for size in sizes:
        batches = example_batches(example_images(size, device))
        _run(_OF_EVERY_SIZE, synthesizer, batches)
        # drawing a shape sees no values and no types
        _run([check_boxes], synthesizer, {batch.shape: batch for batch in batches}.values())
    images = example_images(sizes[0], device)
    batches = example_batches(images)
    _run(_OF_ONE_SIZE, synthesizer, batches)
    # seeing a value is what is forbidden
    kinds = {(batch.shape, batch.dtype): batch for batch in batches}
    _run([check_no_waiting], synthesizer, kinds.values())
    for given in (images, images[:, :, : (images.shape[2] + 1) // 2].contiguous()):
        check_batched(synthesizer, given)
    check_serialisable(synthesizer, images, plugins)


def _run(
    checks: Iterable[Callable[[Synthesizer, Tensor], None]],
    synthesizer: Synthesizer,
    batches: Iterable[Tensor],
) -> None:
    for given in batches:
        for check in checks:
            check(synthesizer, given)
