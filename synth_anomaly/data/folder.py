"""One product in a folder, whatever its folders are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from synth_anomaly.data.demo_dataset import Demo
from synth_anomaly.data.folder_options import FolderOptions
from synth_anomaly.data.kind_names import GOOD, KindNames
from synth_anomaly.data.layouts import DEMO_MARKER
from synth_anomaly.data.listing import image_files
from synth_anomaly.data.listing import subfolders as folders
from synth_anomaly.data.places import Places, find_places
from synth_anomaly.data.product import Marked, Product
from synth_anomaly.data.reading import Reading
from synth_anomaly.data.split import split_normals
from synth_anomaly.errors import DataError, OptionError
from synth_anomaly.interfaces import Sample

__all__ = ["Folder", "Split"]


class Folder:
    """One product in a folder: good images, and nothing else need be there.

    Good images lie in ``train/good``, in ``train``, in ``good`` beside a folder of defective ones, or right
    in the folder. ``ok``, ``normal``, ``pass`` and ``negative`` mean good too, ``bad``, ``ng``, ``defect``,
    ``anomaly`` and the like defective, upper or lower case. ``test/good`` and ``test/<defect>`` may hold test
    images. Where there are defective ones without a folder ``test``, part of the good ones is held out.

    Masks lie in ``ground_truth/<defect>`` (or ``masks``, ``gt``, ``labels``), named as the image or with
    ``_mask`` behind, several in a folder named as the image; or beside their images, with ``_mask``,
    ``_label`` or ``_GT`` behind; or they are outlines in JSON files of LabelMe or COCO. Defective images
    without masks are scored as images alone.

    Args:
        root: The product's folder, or a folder of several products' folders.
        category: Name of the product. It picks a folder of ``root`` where ``root`` itself holds no good
            images. By default the name of ``root``.
        subfolders: Whether images in subfolders are read too, at any depth; links are followed.
        good: Further names of folders of good images.
        bad: Further names of folders of defective images.
        mask_suffix: Further texts that follow an image's name in that of its mask.
        test_share: Share of the good images that is held out where they are not split, in (0, 1).
        split_seed: Decides which; 0 or more.
    """

    name: str = "folder"

    def __init__(
        self,
        root: str,
        category: str | None = None,
        subfolders: bool = False,
        good: tuple[str, ...] = (),
        bad: tuple[str, ...] = (),
        mask_suffix: tuple[str, ...] = (),
        test_share: float = 0.2,
        split_seed: int = 0,
    ) -> None:
        if not 0 < test_share < 1:
            raise OptionError(f"expected a test_share in (0, 1), got {test_share!r}: 0.2 holds out a fifth")
        self.root = root
        self.category = category or Path(root).resolve().name
        self.subfolders = subfolders
        self.good = good
        self.bad = bad
        self.mask_suffix = mask_suffix
        self.test_share = test_share
        self.split_seed = split_seed
        self.reading = Reading()
        if any((folder / DEMO_MARKER).is_file() for folder in (Path(root), Path(root) / self.category)):
            self.name = Demo.name

    @classmethod
    def categories(
        cls, root: str, subfolders: bool = False, good: tuple[str, ...] = (), bad: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        """Return the name of ``root`` where it is a product, otherwise of its folders that are.

        Args:
            root: A product's folder, or one of several products' folders.
            subfolders: As of the data set.
            good: As of the data set.
            bad: As of the data set.

        Raises:
            DataError: If there is no such folder.
        """
        names = KindNames(good, bad)
        if find_places(Path(root), names, deep=subfolders):
            return (Path(root).resolve().name,)
        return tuple(
            folder.name for folder in folders(Path(root)) if find_places(folder, names, deep=subfolders)
        )

    def train(self) -> Sequence[Sample]:
        """Return the good training images, named ``good/<file>``, by name.

        Raises:
            DataError: If there are none.
        """
        return self._split(self._product()).train

    def test(self) -> Sequence[Sample]:
        """Return the test images, named ``<defect>/<file>``, by name; empty where there are none.

        Raises:
            DataError: If a kind has no image, images are not sorted by kind, or a mask belongs to no image.
        """
        product = self._product()
        if product.places.test is not None:
            return _tests(product)
        split = self._split(product)
        return [*split.held_out, *split.defective]

    def notes(self) -> Sequence[str]:
        """Return a line on what was not read, and on images that were moved from training to testing.

        Raises:
            DataError: If images are missing.
        """
        product = self._product()
        split = self._split(product)
        unread = product.unread()
        unread += split.found.unread
        return [*split.notes, *([unread.text()] if unread else [])]

    def _split(self, product: Product) -> Split:
        found = self._good(product)
        places = product.places
        if places.test is not None:
            return self._given(product, found)
        kinds = product.kinds()
        defective = [*found.defective, *kinds]
        return self._drawn(product, found, defective) if defective else Split(product, found, found.good)

    def _good(self, product: Product) -> Marked:
        """Return the images of the folder of good ones."""
        return product.good()

    def _given(self, product: Product, found: Marked) -> Split:
        """Return the split that folders state: images that are marked as defective do not train."""
        if not found.good:
            raise DataError(
                f"expected good images in {product.places.good}, got {len(found.defective)} that masks among "
                "them mark as defective: add good ones"
            )
        note = (
            f"left out of training: {_counted(found.defective)} of {product.places.good}, which masks beside "
            f"them mark as defective, such as {found.defective[0].name}"
            if found.defective
            else ""
        )
        return Split(product, found, found.good, notes=(*([note] if note else []),))

    def _drawn(self, product: Product, found: Marked, defective: list[Sample]) -> Split:
        """Return a split of the good images that nobody split."""
        if not found.good:
            raise DataError(
                f"expected good images in {product.places.good}, got {len(defective)} defective ones alone: "
                "add good ones"
            )
        notes = []
        if found.without:
            notes.append(f"taken as good: {found.without} images without a mask beside those that have one")
        if len(found.good) == 1:
            notes.append("the only good image trains, so that no good one is left to test")
            return Split(product, found, found.good, defective=defective, notes=tuple(notes))
        train, held_out = split_normals(len(found.good), self.test_share, self.split_seed)
        notes.append(
            f"not split into train and test: {len(held_out)} of {len(found.good)} good images are held out "
            f"to test, drawn with split_seed {self.split_seed}"
        )
        return Split(
            product,
            found,
            [found.good[row] for row in train.tolist()],
            held_out=[found.good[row] for row in held_out.tolist()],
            defective=defective,
            notes=tuple(notes),
        )

    def _product(self) -> Product:
        names = KindNames(self.good, self.bad)
        options = FolderOptions(
            subfolders=self.subfolders, names=names, mask_suffix=self.mask_suffix, reading=self.reading
        )
        return Product(self._places(names), options)

    def _places(self, names: KindNames) -> Places:
        for folder in self._folders():
            if places := find_places(folder, names, deep=self.subfolders):
                return places
        found = self.categories(self.root, self.subfolders, self.good, self.bad)
        raise DataError(f"{self._expected()}, got none: {_choice(found) or 'add images of good parts'}")

    def _expected(self) -> str:
        """Return where good images are looked for, in words."""
        return (
            f"expected good images in {self.root} or its folder {self.category!r} (train/{GOOD}, train, "
            f"{GOOD} beside defective ones, or right in it)"
        )

    def _folders(self) -> Sequence[Path]:
        """Return the folders that may be the product's, the likeliest first."""
        return Path(self.root), Path(self.root) / self.category


@dataclass(frozen=True)
class Split:
    """Which images train and which test.

    Attributes:
        product: The product.
        found: What lies in its folder of good images.
        train: The good images to train on.
        held_out: Good images to test on that lie beside those.
        defective: Defective images, where no folder of test images is there.
        notes: What a reader should know of it.
    """

    product: Product
    found: Marked
    train: Sequence[Sample]
    held_out: Sequence[Sample] = ()
    defective: Sequence[Sample] = ()
    notes: tuple[str, ...] = ()


def _tests(product: Product) -> list[Sample]:
    """Return the images of a product's folder of test images."""
    places = product.places
    if not places.kinds:
        loose = product.loose()
        return [*loose.good, *loose.defective]
    if places.test is not None and (stray := image_files(places.test)):
        raise DataError(
            f"expected test images in {places.test / GOOD} and {places.test}/<defect>, got "
            f"{stray[0].name} right in {places.test}: move it to where it belongs"
        )
    return product.kinds()


def _choice(categories: Sequence[str]) -> str:
    return f"choose a category from {', '.join(categories)}" if categories else ""


def _counted(samples: Sequence[Sample]) -> str:
    return f"{len(samples)} image{'' if len(samples) == 1 else 's'}"
