"""`sat sgsf`: what the paper says of its networks and of its synthesis, measured."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["foreground", "parameters", "sgsf"]


@click.group()
def sgsf() -> None:
    """Count SGSF's parameters, and measure where its synthesis forges defects."""


@sgsf.command()
@click.option("--preset", default="paper", show_default=True, help="The preset of sgsf to count.")
def parameters(preset: str) -> None:
    """Count the networks' parameters, beside the figures of Table VI."""
    from sat_sgsf.size import sizes

    for line in sizes(preset):
        click.echo(line)


@sgsf.command()
@click.argument("data", required=False, type=click.Path(path_type=Path))
@click.option("--category", help="A category of the data set.")
@click.option("--guide", default="sharpened", show_default=True, metavar="NAME", help="The saliency.")
@click.option(
    "--objects",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of the objects' masks, named as the images: 003.png or good/003.png."
    "  [default: where the data set knows the object, or else where the saliency is 0.5 or more]",
)
@click.option(
    "--box",
    nargs=4,
    type=click.FloatRange(0, 1),
    metavar="LEFT TOP RIGHT BOTTOM",
    help="A box around the object instead, the same in all images, as shares of width and height.",
)
@click.option("--size", default=256, show_default=True, type=click.IntRange(min=8), help="Input size.")
@click.option("--images", default=64, show_default=True, type=click.IntRange(min=1), help="Good images.")
@click.option("--seed", default=0, show_default=True, help="Decides the noise.")
def foreground(
    data: Path | None,
    category: str | None,
    guide: str,
    objects: Path | None,
    box: tuple[float, float, float, float] | None,
    size: int,
    images: int,
    seed: int,
) -> None:
    """Measure which share of forged pixels lies on the object, with saliency and with plain Perlin noise.

    DATA is as of `sat run --data`; without it the demo is measured.
    """
    from sat_sgsf.foreground import forged_on_objects
    from synth_anomaly.catalogue import catalogue
    from synth_anomaly.data import open_dataset, resolve
    from synth_anomaly.guides import DrawnGuides, Region

    if objects is not None and box:
        raise click.UsageError("expected --objects or --box, got both: give one")
    source = resolve(None, None if data is None else str(data), category, several=False, allow_code=False)
    dataset = open_dataset(source, source.categories[0], allow_code=False)
    built = catalogue().build("guide", guide, allow_code=False)
    try:
        shown = DrawnGuides(str(objects)) if objects is not None else Region(*box) if box else None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--box") from None
    measured = forged_on_objects(dataset, built, objects=shown, size=size, images=images, seed=seed)
    click.echo(f"{measured.images} good images of {dataset.name} / {dataset.category}, {size} pixels")
    by = {
        "a guide of its own": "the box" if objects is None else str(objects),
        "the data set": "the data set, which knows it",
        "the saliency itself": f"{guide} itself, so the first share says nothing: give --objects or --box",
    }[measured.truth]
    click.echo(f"the object is {measured.object_share:.1%} of an image, by {by}")
    click.echo(f"saliency Perlin: {measured.saliency:.1%} of the forged pixels lie on it")
    click.echo(f"plain Perlin:    {measured.plain:.1%}")
