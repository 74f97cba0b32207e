"""What a user should know of how images and masks were read, a line for each kind over all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from synth_anomaly.data.images import ImageFacts
from synth_anomaly.data.masks import Mask
from synth_anomaly.data.reading import Reading

__all__ = ["ImageRemarks", "MaskRemarks", "Remark"]

_USUAL_DEPTHS = (8, 10, 12, 14)
_SMALL_PART = 4  # a set that needs less than a quarter of the range leaves two bits unused


@dataclass(frozen=True)
class Remark:
    """One line.

    Attributes:
        kind: What it is about, so that it is said once of training and test images.
        text: What to read.
    """

    kind: str
    text: str


@dataclass
class _Group:
    """Files of which the same is to be said.

    Attributes:
        count: How many there are.
        first: The name of the first.
        most: The highest number among them, with the first's detail.
    """

    count: int = 0
    first: str = ""
    most: float = 0.0
    detail: str = ""

    def add(self, name: str, number: float = 0.0, detail: str = "") -> None:
        if not self.count:
            self.first, self.detail = name, detail
        self.count += 1
        self.most = max(self.most, number)


# what they are, how they are read, and how to read them otherwise
_OF_IMAGES = {
    "hidden": ("have an alpha of 0, or nearly, everywhere", "read by their colours, as if opaque", ""),
    "transparent": (
        "have transparent pixels",
        "shown over white",
        "give another colour with --background",
    ),
    "pages": (
        "have several pages ({detail})",
        "the first of each is read",
        "--pages all makes every page an image",
    ),
    "above": ("have values above white, up to {most}", "shown as white", "give another --white"),
    "bits": (
        "declare {detail} in 16 and hold no value above that",
        "these bits are taken as the range",
        "for all 16 give --white 65535",
    ),
}


@dataclass
class ImageRemarks:
    """Sums up how images were read.

    Attributes:
        count: How many images were seen.
    """

    count: int = 0
    _groups: dict[str, _Group] = field(default_factory=dict)

    def add(self, facts: ImageFacts | None) -> None:
        """Take one more image into account; None for one that is no file."""
        self.count += 1
        if facts is None:
            return
        name = str(facts.path)
        if facts.hidden:
            self._group("hidden").add(name)
        if facts.transparent and facts.background == Reading().background:  # else it was asked for
            self._group("transparent").add(name)
        if facts.pages > 1:
            self._group("pages").add(name, detail=f"frame 0 of {facts.pages}")
        if facts.brightest is not None:
            self._add_deep(facts, name, facts.brightest)

    def lines(self, *, textures: bool = False) -> list[Remark]:
        """Return what to say of all of them.

        Args:
            textures: Whether they are textures, which no option on the command line reads otherwise.
        """
        found = []
        for kind, (what, how, cure) in _OF_IMAGES.items():
            if (group := self._groups.get(kind)) is not None:
                share = f"{group.count} of {self.count} {'textures' if textures else 'images'}"
                text = f"{share} {what}, such as {group.first}: {how}" + (
                    "" if textures else f"; {cure}" * bool(cure)
                )
                found.append(Remark(kind, text.format(detail=group.detail, most=f"{group.most:g}")))
        if dark := self._dark("textures" if textures else "images"):
            cure = "save them with 8 bits" if textures else dark[1]
            found.append(Remark("dark", f"{dark[0]}: {cure}"))
        return found

    def _add_deep(self, facts: ImageFacts, name: str, brightest: float) -> None:
        if facts.stated and brightest > facts.white:
            self._group("above").add(name, brightest)
        if facts.unscaled_bits is not None:
            self._group("bits").add(name, detail=f"{facts.unscaled_bits} bits")
        if not facts.stated:
            self._group("deep").add(name, brightest, f"{facts.white:g}")

    def _dark(self, what: str) -> tuple[str, str] | None:
        """Return that a whole set uses a small part of its range, and the cure; None where it does not."""
        deep = self._groups.get("deep")
        if deep is None:
            return None
        is_float = deep.detail == "1"
        least, white = (0, 1) if is_float else (1, 65535)
        if not least < deep.most < white / _SMALL_PART:
            return None
        kind = "floats" if is_float else "16 bits"
        counted = f"{deep.count} {what if deep.count > 1 else what.removesuffix('s')} of {kind}"
        text = (
            f"the brightest value of {counted} is {deep.most:g} of {deep.detail}, so that they are read as "
            f"nearly black, such as {deep.first}"
        )
        if is_float:
            return text, f"say what is white, such as --white {deep.most:.2g}"
        bits = next(bits for bits in _USUAL_DEPTHS if deep.most < 1 << bits)
        top = (1 << bits) - 1
        return text, f"where {top} is white, as of a {bits}-bit camera, give --white {top}"

    def _group(self, kind: str) -> _Group:
        return self._groups.setdefault(kind, _Group())


# what they are, what to do, and what to do with shapes of defects
_OF_MASKS = {
    "full": (
        "mark more than half of their image",
        "where good pixels are marked, give --invert-masks, or name what is a defect with --mask-classes",
        "white is where a defect is made",
    ),
    "full-inverted": (
        "mark more than half of their image, now that they are inverted",
        "where good pixels are marked, leave --invert-masks out",
        "white is where a defect is made",
    ),
    "indexed": (
        "are empty although their palette indices differ",
        "say which are defects, as in --mask-classes 1,2",
        "black is no defect, whatever its index: give defects another colour",
    ),
    "empty": (
        "mark nothing",
        "correct those of defective images; where a defect's class or colour reads as black, give "
        "--mask-classes",
        "no defect is made of them",
    ),
    "lossy": (
        "are in a format that blurs edges",
        "cut at half; give another level with --mask-threshold, or save masks as PNG",
        "cut at half; save them as PNG",
    ),
    "soft": (
        "have more than two levels",
        "every pixel that is not black is a defect; for a lossy copy give --mask-threshold 128, for classes "
        "--mask-classes",
        "every pixel that is not black is part of the shape",
    ),
    "alpha": (
        "are black where they are opaque",
        "what is opaque is the defect (--invert-masks where it is not)",
        "what is opaque is the shape",
    ),
    "hidden-mask": (
        "have an alpha of 0, or nearly, everywhere",
        "read by their colours, as if opaque",
        "read by their colours, as if opaque",
    ),
    "nan": ("have values that are no numbers", "these mark nothing", "these mark nothing"),
}


@dataclass
class MaskRemarks:
    """Sums up how the masks of defective images were read.

    Attributes:
        count: How many masks were seen.
    """

    count: int = 0
    _groups: dict[str, _Group] = field(default_factory=dict)

    def add(self, name: str, mask: Mask) -> None:
        """Take one more mask into account.

        Args:
            name: What to call it where it is no file.
            mask: The mask, at its own size.
        """
        self.count += 1
        place = str(mask.facts[0].path) if mask.facts else name
        marked = float(mask.marked.mean()) if mask.marked.size else 0.0
        if marked > 0.5:
            self._group("full-inverted" if mask.inverted else "full").add(place, detail=f"{marked:.0%}")
        if not marked:
            indexed = any(facts.indexed for facts in mask.facts)
            self._group("indexed" if indexed else "empty").add(place)
        said: set[str] = set()  # of several files a mask, the first of which something is to be said
        for facts in mask.facts:
            levels = f"{facts.levels} levels, {facts.between:.1%} of its pixels between black and white"
            for kind, holds, detail in (
                ("lossy", bool(facts.lossy), facts.lossy),
                ("soft", facts.levels > 2 and not facts.lossy, levels),
                ("alpha", facts.by_alpha, ""),
                ("hidden-mask", facts.hidden, ""),
                ("nan", facts.has_nan, ""),
            ):
                if holds and kind not in said:
                    said.add(kind)
                    self._group(kind).add(str(facts.path), detail=detail)

    def lines(self, *, drawn: bool = False) -> list[Remark]:
        """Return what to say of all of them.

        Args:
            drawn: Whether they are shapes of defects to make, which no option on the command line reads
                otherwise.
        """
        found = []
        for kind, (what, cure, cure_of_drawn) in _OF_MASKS.items():
            group = self._groups.get(kind)
            # one large defect is none to wonder at
            if group is not None and (not kind.startswith("full") or group.count > self.count / 2):
                share = f"{group.count} of {self.count} {'drawn masks' if drawn else 'masks'}"
                detail = f" ({group.detail})" if group.detail else ""
                end = cure_of_drawn if drawn else cure
                found.append(Remark(kind, f"{share} {what}, such as {group.first}{detail}: {end}"))
        return found

    def _group(self, kind: str) -> _Group:
        return self._groups.setdefault(kind, _Group())
