"""A pickle is read as data: what is plain comes out as it went in, and nothing else is ever run."""

import pickle
import pickletools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth_anomaly.data.plain_pickle import NotPlainError, read_plain_pickle

LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(value=VALUES, protocol=st.integers(0, 4))
def test_plain_values_are_what_pickle_reads(value, protocol):
    if protocol < 3 and b"" in _leaves(value):
        return  # written as a call of bytes()
    content = pickle.dumps(value, protocol)
    assert read_plain_pickle(content) == pickle.loads(content) == value


def _leaves(value):
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]


@pytest.mark.parametrize("protocol", [2, 3, 4])
def test_arrays_of_bytes(protocol):
    array = np.random.default_rng(0).integers(0, 256, (7, 5, 3), np.uint8)
    read = read_plain_pickle(pickle.dumps({"data": array, "again": array}, protocol))
    np.testing.assert_array_equal(read["data"], array)
    assert read["again"] is read["data"]


def test_a_text_of_python_2_is_bytes():
    assert read_plain_pickle(b"S'label\\tnames'\n.") == b"label\tnames"
    assert read_plain_pickle(b"U\x03\x00\xff\n.") == b"\x00\xff\n"


class Writes:
    """Writes a file when it is unpickled."""

    def __init__(self, call):
        self.call = call

    def __reduce__(self):
        return self.call


def hostile(path):
    """Pickles that leave a file at ``path`` when they are run, in the ways that a pickle can ask for it."""
    text = f"open({str(path)!r}, 'w').close()"
    shell = f"touch '{path}'"
    code = shell.encode()
    array = pickle.dumps(np.zeros(3, np.uint8), 2).removesuffix(b".")
    return {
        "a call": pickle.dumps(Writes((exec, (text,))), 2),
        "a call of protocol 4": pickle.dumps(Writes((exec, (text,))), 4),
        "a call of protocol 5": pickle.dumps({"data": Writes((exec, (text,)))}, 5),
        "a shell": pickle.dumps(Writes((__import__("os").system, (shell,))), 0),
        "INST": b"(S'" + code + b"'\nios\nsystem\n.",
        "OBJ": b"(cos\nsystem\nS'" + code + b"'\no.",
        "NEWOBJ": b"\x80\x02cposix\nsystem\nX" + len(code).to_bytes(4, "little") + code + b"\x85R.",
        "after an array": array + b"0" + pickle.dumps(Writes((exec, (text,))), 2).removeprefix(b"\x80\x02"),
        "among items": b"(lp0\n" + pickle.dumps(Writes((exec, (text,))), 0).removesuffix(b".") + b"a.",
        "inside an array of objects": pickle.dumps(np.array([Writes((exec, (text,)))], object), 2),
    }


@pytest.mark.parametrize("kind", hostile(Path("x")))
def test_nothing_in_a_pickle_is_run(tmp_path, kind):
    trace = tmp_path / "trace"
    content = hostile(trace)[kind]
    with pytest.raises(NotPlainError) as caught:
        read_plain_pickle(content)
    assert not trace.exists()
    assert "\n" not in str(caught.value)
    # the same pickle does write where it is run: otherwise this would test nothing
    pickle.loads(content)
    assert trace.exists()


@pytest.mark.parametrize(
    "value",
    [
        np.zeros(3, np.float32),
        np.zeros(3, object),
        np.zeros((2, 2), np.uint8, order="F"),
        np.uint8(3),
        np.zeros(3, np.uint8).view(np.recarray),
        Path("x"),
        {1, 2},
        1.5,
        slice(3),
    ],
    ids=str,
)
@pytest.mark.parametrize("protocol", [2, 4])
def test_other_values_are_refused(value, protocol):
    with pytest.raises(NotPlainError):
        read_plain_pickle(pickle.dumps(value, protocol))


@pytest.mark.parametrize("opcode", pickletools.opcodes, ids=lambda opcode: opcode.name)
def test_no_opcode_alone_makes_more_than_plain_values(opcode):
    content = b"\x80\x02]" + opcode.code.encode("latin1") + b"\x01\x00\x00\x00\x00\x00\x00\x00\n\n."
    try:
        read = read_plain_pickle(content)
    except NotPlainError:
        return
    assert isinstance(read, list | bytes | str | int | bool | type(None))


def test_a_reused_marker_or_name_does_not_leave_the_machine_as_code():
    with pytest.raises(NotPlainError):
        read_plain_pickle(b"cbuiltins\neval\n.")
    with pytest.raises(NotPlainError, match=r"posix\.system"):
        read_plain_pickle(b"cposix\nsystem\n.")


@pytest.mark.parametrize("cut", [0, 1, 2, 10, 60, -40, -1])
def test_a_damaged_pickle_is_one_line(cut):
    content = pickle.dumps({"data": np.zeros((3, 4), np.uint8), "labels": [1, 2]}, 2)
    with pytest.raises(NotPlainError, match="pickle"):
        read_plain_pickle(content[:cut])


def test_a_shape_that_the_bytes_do_not_fill_is_refused():
    content = pickle.dumps(np.zeros((3, 4), np.uint8), 2)
    with pytest.raises(NotPlainError, match="claims another shape"):
        read_plain_pickle(content.replace(b"K\x03K\x04\x86", b"K\x03K\x05\x86"))


def test_endless_keys_and_what_only_stands_for_something_are_refused():
    """A tuple in a tuple as a key would take its time, or the process, to hash."""
    deep = b"\x80\x02}" + b"(" + b")" + b"\x85" * 200_000 + b"K\x01u."
    shared = b"\x80\x02})q\x00" + b"h\x00\x86q\x00" * 40 + b"K\x01s."
    for content in (deep, shared):
        with pytest.raises(NotPlainError, match="a key that is a tuple"):
            read_plain_pickle(content)
    for content in (b"cnumpy\ndtype\n.", b"\x80\x02](a.", b"\x80\x02}K\x01cnumpy\ndtype\ns."):
        with pytest.raises(NotPlainError, match="in the place of a value"):
            read_plain_pickle(content)
