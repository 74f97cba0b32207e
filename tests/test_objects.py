"""Pieces made of pieces refuse, where they are made, what is no piece."""

from fractions import Fraction
from functools import wraps

import pytest

from synth_anomaly.catalogue import catalogue
from synth_anomaly.errors import OptionError
from synth_anomaly.guides import Sharpened
from synth_anomaly.losses import L2, WeightedSum
from synth_anomaly.synthesizers import (
    Bounded,
    Chain,
    Elsewhere,
    Grey,
    Mixed,
    OneOf,
    Pair,
    Paste,
    Rectangle,
    Repeated,
    Replace,
    Several,
    SomeOf,
    Sometimes,
    Successive,
    Within,
    cutpaste,
)

WRONG = {
    "shape": {"a name": "rectangle", "a table": {"name": "rectangle"}, "a fill": Elsewhere(), "none": None},
    "fill": {"a name": "elsewhere", "a table": {"name": "elsewhere"}, "a shape": Rectangle(), "none": None},
    "blend": {"a name": "replace", "a shape": Rectangle(), "none": None},
    "synthesizer": {"a name": "cutpaste", "a shape": Rectangle(), "none": None},
    "guide": {"a name": "border-colour", "a shape": Rectangle(), "none": None},
    "loss": {"a name": "l2", "a shape": Rectangle(), "none": None},
}
ONE = {
    "Paste's shape": ("shape", lambda piece: Paste(piece, Elsewhere())),
    "Paste's fill": ("fill", lambda piece: Paste(Rectangle(), piece)),
    "Paste's blend": ("blend", lambda piece: Paste(Rectangle(), Elsewhere(), piece)),
    "a function's fill": ("fill", lambda piece: cutpaste(fill=piece)),
    "Mixed": ("synthesizer", Mixed),
    "Repeated": ("synthesizer", Repeated),
    "Sometimes": ("fill", Sometimes),
    "Several": ("shape", Several),
    "Pair's first": ("shape", lambda piece: Pair(piece, Rectangle())),
    "Pair's second": ("shape", lambda piece: Pair(Rectangle(), piece)),
    "Within": ("shape", lambda piece: Within(piece, (0.1, 0.1, 0.9, 0.9))),
    "Bounded": ("shape", lambda piece: Bounded(piece, (0.1, 0.9))),
    "Sharpened": ("guide", Sharpened),
}
MANY = {
    "OneOf": ("synthesizer", OneOf, cutpaste()),
    "Chain": ("synthesizer", Chain, cutpaste()),
    "Successive": ("fill", Successive, Grey()),
    "SomeOf": ("fill", lambda fills: SomeOf(fills, count=1), Grey()),
    "WeightedSum": ("loss", lambda losses: WeightedSum(losses, (1.0, 1.0)), L2()),
}


def refusal(make, given):
    with pytest.raises(OptionError) as caught:
        make(given)
    message = str(caught.value)
    assert "\n" not in message
    assert f"got {given!r}: " in message or f"got among them {given!r}: " in message
    return message


def cures(message, kind, given):
    """Whether a message says what to do."""
    assert "pass one, such as " in message
    assert f"{kind} object" in message
    if isinstance(given, str | dict):
        assert message.endswith(f"or build it by name, with catalogue().build({kind!r}, {given!r})")
    else:
        assert "it must follow synth_anomaly.interfaces." in message
    return True


@pytest.mark.parametrize(("made", "wrong"), [(made, wrong) for made in ONE for wrong in WRONG[ONE[made][0]]])
def test_a_piece_is_an_object(made, wrong):
    kind, make = ONE[made]
    given = WRONG[kind][wrong]
    assert cures(refusal(make, given), kind, given)


@pytest.mark.parametrize(
    ("made", "wrong"), [(made, wrong) for made in MANY for wrong in WRONG[MANY[made][0]]]
)
def test_a_list_holds_objects(made, wrong):
    kind, make, right = MANY[made]
    given = WRONG[kind][wrong]
    for pieces in ((given,), [right, given]):
        with pytest.raises(OptionError, match="among them") as caught:
            make(pieces)
        assert cures(str(caught.value), kind, given)


@pytest.mark.parametrize("given", ["elsewhere", {"name": "elsewhere"}, 3, None, Grey()])
@pytest.mark.parametrize("made", MANY)
def test_a_list_is_a_list(made, given):
    kind, make, _ = MANY[made]
    message = refusal(make, given)
    assert f"takes a list of {kind} objects" in message
    assert "pass a list, such as [" in message


def test_a_class_is_to_be_called():
    with pytest.raises(OptionError, match="got the class Elsewhere: call it first"):
        Paste(Rectangle(), Elsewhere)
    with pytest.raises(OptionError, match="among them the class Grey: call it first"):
        Successive((Grey,))


def test_a_function_that_makes_one_is_to_be_called():
    with pytest.raises(
        OptionError,
        match=r"got the function cutpaste: call it first, or .* \(images, generator, \*, guide, donors\)",
    ):
        Mixed(cutpaste)
    with pytest.raises(OptionError, match="among them the function cutpaste: call it first"):
        OneOf((cutpaste,))
    with pytest.raises(OptionError, match="got <function cutpaste"):
        Paste(cutpaste, Grey())

    def darken(images, generator, *, guide=None, donors=None):
        raise NotImplementedError

    @wraps(darken)
    def darken_by_half(images, generator, strength=0.5, **given):
        raise NotImplementedError

    assert Mixed(darken).synthesizer is darken
    assert Mixed(darken_by_half)
    assert Mixed(lambda *_, **__: None)


def test_what_a_message_advises_works():
    with pytest.raises(OptionError) as caught:
        Paste(Rectangle(), "elsewhere")
    advice = str(caught.value).rpartition("with ")[2]
    fill = eval(advice, {"catalogue": catalogue})
    assert Paste(Rectangle(), fill) == Paste(Rectangle(), Elsewhere())


def test_other_objects_may_follow_the_protocol():
    class Own:
        def draw(self, boxes, size, generator, *, donors=0): ...

        def content(self, content, parameters, *, donors=None): ...

    own = Own()
    assert Paste(Rectangle(), own).fill is own
    assert Successive([own]).fills == (own,)
    assert Chain(cutpaste() for _ in range(2)) == Chain((cutpaste(), cutpaste()))
    assert Paste(Rectangle(), own, Replace()).blend == Replace()
    with pytest.raises(OptionError, match=r"got Fraction\(1, 2\): pass one"):
        Paste(Fraction(1, 2), own)
