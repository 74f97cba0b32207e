"""Composes a pipeline of pieces, by name and as objects, trains it on the demo and evaluates it.

python examples/compose_pipeline.py --steps 200
"""

import argparse
from pathlib import Path

from synth_anomaly import Pipeline
from synth_anomaly.data import Demo
from synth_anomaly.losses import Focal, SegmentationL1, WeightedSum
from synth_anomaly.synthesizers import Donor, OneOf, Paste, Rectangle, cutpaste


def main() -> None:
    """Train, evaluate, save."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--category", default="bottle")
    parser.add_argument("--out", type=Path, help="Folder to save the trained pipeline in.")
    arguments = parser.parse_args()

    pipeline = Pipeline(
        # objects: every second defect is cut from the image itself, the others from another image
        synthesizer=OneOf((cutpaste(), Paste(Rectangle(area=(0.005, 0.05)), Donor()))),
        loss=WeightedSum((Focal(), SegmentationL1()), (1.0, 0.5)),
        # names, alone and with options, as in a recipe
        augment="flips",
        backbone={"name": "resnet18", "width": 16, "out_levels": [1, 2, 3]},
        head={"name": "unet-decoder", "channels": 16},
        scorer={"name": "mean-pool-max", "window": 9},
        size=64,
        batch_size=8,
        steps=arguments.steps,
    )
    images = Demo(arguments.category, size=64)
    evaluation = pipeline.fit(images, device="cpu").evaluate(images)
    for name, value in evaluation.metrics.items():
        print(f"{name}: {value:.4f}")
    if arguments.out:
        pipeline.save(arguments.out)
        print(f"saved in {arguments.out}; its recipe names every piece:")
        print((arguments.out / "recipe.toml").read_text())


if __name__ == "__main__":
    main()
