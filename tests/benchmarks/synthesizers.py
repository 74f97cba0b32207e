"""Images a second of every synthesizer and of its parts, beside reference code for one image at a time.

python tests/benchmarks/synthesizers.py                      # one thread of the CPU
python tests/benchmarks/synthesizers.py --device cuda --batch 64
python tests/benchmarks/synthesizers.py --only draem --only cutpaste

Every sample is to be defective; some masks of Perlin noise come out empty, in the references too. On the CPU
the clock counts the CPU-seconds of one thread, on CUDA events; the references run on the CPU in both cases,
Kornia's where the images are. Repetitions are interleaved, so that a busy machine slows all rows; medians are
printed, of ratios too, each within one repetition. The process keeps freed memory, as `sat` does.

The bars hold on the CPU. "perlin noise" is the noise without its turn and threshold, and "draem, textures
unchanged" is DRAEM without its operations. OpenCV and Kornia come with the toolkit.
"""

import argparse
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import truediv
from statistics import median

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
import torch
from reference_rows import references
from rich import box
from rich.console import Console
from rich.table import Table

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import SynthAnomalyError
from synth_anomaly.synthesizers import Donor, Paste, Rectangle
from synth_anomaly.training.memory import keep_freed_memory

COMPARED = {
    "draem": ("DRAEM chain", 5),
    "cutpaste": ("Pillow CutPaste", 6),
    "hard-augmentation": ("Pillow hard augmentation", 5),
    "nsa": ("OpenCV seamlessClone", 1.5),
    "perlin noise": ("numpy Perlin", 40),
    "elastic fill": ("Kornia RandomElasticTransform", 6),
    "texture-operations fill": ("DRAEM's operations", None),
    "draem, textures unchanged": ("DRAEM's mask and blend", None),
    "colour-jitter fill": ("Kornia ColorJiggle", None),
}
"""By our row: the reference row, and how many times its speed ours must have."""

SHORTEST = 0.2
"""Seconds; what is quicker is repeated within one measurement."""


@dataclass
class Row:
    """One thing that is timed.

    Attributes:
        name: What it is.
        kind: ``"ours"``, ``"reference"``, or ``"kornia"``, which computes where the images are.
        run: Makes one batch.
        calls: How many batches one measurement makes.
        seconds: For one batch, by repetition.
    """

    name: str
    kind: str
    run: Callable[[], object]
    calls: int = 1
    seconds: list[float] = field(default_factory=list)


def example_images(count, size):
    """Return uint8 images ``(count, size, size, 3)``: smooth colours and some grain."""
    draws = torch.Generator().manual_seed(0)
    coarse = torch.rand(count, 3, 16, 16, generator=draws)
    smooth = torch.nn.functional.interpolate(coarse, (size, size), mode="bicubic")
    grain = torch.randn(count, 3, size, size, generator=draws) / 20
    return (smooth + grain).clamp(0, 1).mul(255).byte().permute(0, 2, 3, 1).numpy()


def rows_of_synthesizers(images, absent):
    """Return a row for every registered synthesizer that needs no options, and note the others."""
    draws = torch.Generator().manual_seed(0)
    donors = images.roll(1, dims=0)

    def row(name, synthesizer):
        return Row(name, "ours", lambda: synthesizer(images, draws, donors=donors))

    rows = [row(name, synthesizer) for name, synthesizer in registered("synthesizer", absent)]
    try:
        plain = catalogue().build("synthesizer", {"name": "draem", "fill": "texture"})
    except SynthAnomalyError:
        return rows
    return [*rows, row("draem, textures unchanged", plain)]


def rows_of_parts(images, absent):
    """Return a row for every registered shape, fill and blend that needs no options, drawing included.

    A blend is timed as what joins a rectangle of another image.
    """
    draws = torch.Generator().manual_seed(0)
    count, size, donors = len(images), tuple(images.shape[2:]), images.roll(1, dims=0)
    boxes = Rectangle().draw(count, size, draws).host["box"]

    def masks_of(shape):
        return shape.masks(shape.draw(count, size, draws).to(images.device), size)

    def content_of(fill):
        drawn = fill.draw(boxes, size, draws, donors=count)
        return fill.content(images, drawn.to(images.device), donors=donors)

    def joined_by(blend):
        return Paste(Rectangle(), Donor(), blend)(images, draws, donors=donors)

    uses = {"shape": masks_of, "fill": content_of, "blend": joined_by}
    return [
        Row(f"{name} {kind}", "ours", lambda use=use, part=part: use(part))
        for kind, use in uses.items()
        for name, part in registered(kind, absent)
    ] + rows_of_noise(images, draws)


def rows_of_noise(images, draws):
    """Return a row for Perlin noise alone; none where there is no such shape."""
    try:
        shape = catalogue().build("shape", {"name": "perlin", "rotation": [0, 0]})
    except SynthAnomalyError:
        return []
    size = tuple(images.shape[2:])

    def noise():
        return shape.noise(shape.draw(len(images), size, draws).to(images.device), size)

    return [Row("perlin noise", "ours", noise)]


def rows_of_references(pixels, device):
    """Return a row for each reference."""
    return [
        Row(name, "kornia" if name.startswith("Kornia") else "reference", run)
        for name, run in references(pixels, device).items()
    ]


def registered(kind, absent):
    """Yield names and components of a kind; the names of what needs options go to ``absent``."""
    for entry in catalogue().registry(kind).entries:
        name = entry.component.name
        try:
            yield name, catalogue().build(kind, name)
        except SynthAnomalyError:
            absent.append(f"{name} {kind}")


def warm_up(row, device):
    """Run a row until its speed is known, and set how often it is called in one measurement."""
    row.run()
    row.calls = max(1, round(SHORTEST / max(clock(row, device), 1e-6)))


def clock(row, device):
    """Return the seconds that one call takes."""
    if device.type == "cuda" and row.kind != "reference":
        return clock_events(row)
    start = time.process_time()
    for _ in range(row.calls):
        row.run()
    return (time.process_time() - start) / row.calls


def clock_events(row):
    """Return the seconds that one call takes on the device."""
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    start.record()
    for _ in range(row.calls):
        row.run()
    end.record()
    end.synchronize()
    return start.elapsed_time(end) / 1000 / row.calls


def measure(rows, repeats, device, absent):
    """Time the rows in turn; return those that ran."""
    able = []
    for row in rows:
        try:
            warm_up(row, device)
        except SynthAnomalyError as error:
            absent.append(f"{row.name} ({error})")
        else:
            able.append(row)
    for _ in range(repeats):
        for row in able:
            row.seconds.append(clock(row, device))
    return able


def results_table(rows, batch, only):
    """Return a table of images a second, ratios and bars."""
    seconds = {row.name: row.seconds for row in rows}
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for name in ("row", "images/s", "compared with", "its images/s", "ratio", "bar"):
        is_number = name in ("images/s", "its images/s", "ratio")
        table.add_column(name, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        if row.kind == "ours":
            speed = batch / median(row.seconds)
            table.add_row(row.name, f"{speed:,.0f}", *comparison(row.name, seconds, batch))
    for name in COMPARED:
        if name not in seconds and not only:
            table.add_row(name, "not there", style="dim")
    return table


def comparison(name, seconds, batch):
    """Return the last four cells of a row; the ratio is the median of those within each repetition."""
    reference, bar = COMPARED.get(name, (None, None))
    if reference not in seconds:
        return "", "", "", ""
    ratio = median(map(truediv, seconds[reference], seconds[name]))
    verdict = "" if bar is None else f">= {bar:g}: {'[green]met' if ratio >= bar else '[red]not met'}"
    return reference, f"{batch / median(seconds[reference]):,.0f}", f"{ratio:.1f}", verdict


def wanted(rows, only):
    """Return the rows that ``--only`` names, with what they are compared with."""
    if not only:
        return rows
    names = {*only, *(COMPARED[name][0] for name in only if name in COMPARED)}
    return [row for row in rows if row.name in names]


def parse_options():
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--size", type=int, default=256, help="side of the images, a multiple of 32")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--only", action="append", help="a row of the table; may be given several times")
    return parser.parse_args()


def main():
    options = parse_options()
    keep_freed_memory()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    pixels = example_images(options.batch, options.size)
    images = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float() / 255
    images, absent = images.to(options.device), []
    rows = rows_of_synthesizers(images, absent) + rows_of_parts(images, absent)
    rows += rows_of_references(pixels, options.device)
    rows = measure(wanted(rows, options.only), options.repeats, options.device, absent)
    console = Console(width=max(Console().width, 110))
    console.print(
        f"{options.batch} images of {options.size}x{options.size} on {options.device}, torch "
        f"{torch.__version__}, OpenCV {cv2.__version__}, one thread, medians of {options.repeats}"
    )
    console.print(results_table(rows, options.batch, options.only))
    if absent and not options.only:
        console.print(f"Not timed, as they need options: {', '.join(absent)}", style="dim", markup=False)


if __name__ == "__main__":
    main()
