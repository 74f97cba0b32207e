"""The layouts of published data sets, as a table: where good images, test images and masks lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["DEMO_MARKER", "LAYOUTS", "Layout", "layout_of", "layouts_of"]

DEMO_MARKER = ".synth-anomaly-demo"
"""The file that says of a category's folder that its images are the demo's."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a data set lays out one of its products.

    What tells layouts apart is here. How their images and masks pair is found out the same way for all, by
    :func:`synth_anomaly.data.places.find_places` and :mod:`synth_anomaly.data.truth_folders`.

    Attributes:
        dataset: Name of the data set's component.
        title: The data set's name.
        good: Folder of the good training images, below the product's.
        signs: Folders of a product of which one tells it from other layouts with the same ``good``.
        masks: Where the mask of an image lies, for messages.
        products: The names of its products, where folders alone do not tell it from others.
    """

    dataset: str
    title: str
    good: str
    signs: tuple[str, ...]
    masks: str
    products: tuple[str, ...] = ()

    def fits(self, folder: Path) -> bool:
        """Whether a folder has the good images of a product in this layout."""
        return (folder / self.good).is_dir()

    def tells(self, folder: Path) -> bool:
        """Whether a folder is a product in this layout and in none that is above it in the table."""
        is_named = not self.products or folder.resolve().name in self.products
        return is_named and self.fits(folder) and any((folder / sign).is_dir() for sign in self.signs)


LAYOUTS = (
    Layout(
        dataset="mvtec_ad_2",
        title="MVTec AD 2",
        good="train/good",
        signs=("test_public",),
        masks="test_public/ground_truth/bad/000_regular_mask.png",
    ),
    Layout(
        dataset="mvtec_loco",
        title="MVTec LOCO AD",
        good="train/good",
        signs=("test/logical_anomalies", "test/structural_anomalies"),
        masks="ground_truth/<defect>/003/000.png, several of an image",
    ),
    Layout(
        dataset="btad",
        title="BTAD",
        good="train/ok",
        signs=("test/ko",),
        masks="ground_truth/ko/0003.png",
    ),
    Layout(
        dataset="visa",
        title="VisA in one class",
        good="train/good",
        signs=("test/bad",),
        masks="ground_truth/bad/003.png",
        products=(
            *("candle", "capsules", "cashew", "chewinggum", "fryum", "macaroni1", "macaroni2"),
            *("pcb1", "pcb2", "pcb3", "pcb4", "pipe_fryum"),
        ),
    ),
    Layout(
        dataset="visa",
        title="VisA as its authors lay it out",
        good="Data/Images/Normal",
        signs=("Data/Images/Anomaly",),
        masks="Data/Masks/Anomaly/003.png",
    ),
    Layout(
        dataset="mpdd",
        title="MPDD",
        good="train/good",
        signs=("test",),
        masks="ground_truth/<defect>/003_mask.png",
        products=("bracket_black", "bracket_brown", "bracket_white", "connector", "metal_plate", "tubes"),
    ),
    Layout(
        dataset="mvtec_ad",
        title="MVTec AD",
        good="train/good",
        signs=("test", "ground_truth"),
        masks="ground_truth/<defect>/003_mask.png",
    ),
)
"""Every layout that has a folder for each kind; MVTec AD's, which is that of many others, is the last."""


def layouts_of(dataset: str) -> tuple[Layout, ...]:
    """Return the layouts of a data set."""
    return tuple(layout for layout in LAYOUTS if layout.dataset == dataset)


def layout_of(folder: Path) -> Layout | None:
    """Return the layout that a product's folder has; None where it is none of these."""
    return next((layout for layout in LAYOUTS if layout.tells(folder)), None)
