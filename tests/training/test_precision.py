import os
from contextlib import nullcontext

import pytest
import torch

from synth_anomaly.errors import DeviceError
from synth_anomaly.training import Precision, choose_device, choose_precision, precision, use_threads


@pytest.fixture
def machine(monkeypatch):
    """Pretends that the machine has so many CUDA devices, an Apple GPU, or AMX."""

    def pretend(cuda=0, mps=False, amx=False, bf16=True):
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device", lambda _: nullcontext())
        # Before compute capability 8 bfloat16 is emulated, which counts unless one says that it does not.
        monkeypatch.setattr(
            torch.cuda, "is_bf16_supported", lambda including_emulation=True: bf16 or including_emulation
        )
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(precision, "cpu_has_bf16", lambda: amx)

    return pretend


@pytest.mark.parametrize(
    ("has", "name", "expected"),
    [
        ({}, "auto", "cpu"),
        ({"mps": True}, "auto", "mps"),
        ({"cuda": 2, "mps": True}, "auto", "cuda:0"),
        ({"cuda": 2}, "cuda", "cuda:0"),
        ({"cuda": 2}, "cuda:1", "cuda:1"),
        ({"cuda": 2}, "cpu", "cpu"),
        ({"mps": True}, "mps", "mps"),
    ],
)
def test_devices_that_are_there(machine, has, name, expected):
    machine(**has)
    assert choose_device(name) == torch.device(expected)


@pytest.mark.parametrize(
    ("has", "name", "message"),
    [
        ({}, "cuda", "sees 0 CUDA devices here; install a CUDA build of torch or try --device auto"),
        ({"cuda": 1}, "cuda:1", "--device cuda:1: .* sees 1 CUDA devices"),
        ({}, "mps", "no Apple GPU .* try --device auto"),
        ({}, "gpu", "expected --device auto, cpu, cuda, cuda:N or mps, got 'gpu'"),
        ({}, "meta", "got 'meta'"),
        ({}, "", "got ''"),
    ],
)
def test_absent_devices_are_named(machine, has, name, message):
    machine(**has)
    with pytest.raises(DeviceError, match=message):
        choose_device(name)


@pytest.mark.parametrize(
    ("has", "name", "device", "expected"),
    [
        ({}, "auto", "cpu", "fp32"),
        ({"amx": True}, "auto", "cpu", "bf16"),
        ({"mps": True, "amx": True}, "auto", "mps", "fp32"),
        ({"cuda": 1}, "auto", "cuda:0", "bf16"),
        ({"cuda": 1, "bf16": False}, "auto", "cuda:0", "fp32"),
        ({"cuda": 1}, "fp32", "cuda:0", "fp32"),
        ({}, "bf16", "cpu", "bf16"),
    ],
)
def test_precisions(machine, has, name, device, expected):
    machine(**has)
    assert choose_precision(name, torch.device(device)) == Precision(expected)


@pytest.mark.parametrize(
    ("side", "name", "device", "expected"),
    [
        (31, "auto", "cpu", "fp32"),
        (32, "auto", "cpu", "bf16"),
        (16, "bf16", "cpu", "bf16"),
        (16, "auto", "cuda", "bf16"),
    ],
)
def test_tiny_images_train_in_float32_on_a_cpu(machine, side, name, device, expected):
    machine(amx=True, cuda=1)
    assert choose_precision(name, torch.device(device), side=side) == Precision(expected)


@pytest.mark.parametrize(
    ("has", "name", "device", "message"),
    [
        ({"mps": True}, "bf16", "mps", "mps does not compute in bfloat16; use --precision fp32"),
        ({"cuda": 1, "bf16": False}, "bf16", "cuda:0", "cuda:0 does not compute in bfloat16"),
        ({}, "fp16", "cpu", "expected --precision auto, fp32 or bf16, got 'fp16'"),
    ],
)
def test_precisions_that_cannot_be(machine, has, name, device, message):
    machine(**has)
    with pytest.raises(DeviceError, match=message):
        choose_precision(name, torch.device(device))


def test_autocast_is_of_that_precision_only():
    layer, x = torch.nn.Linear(2, 2), torch.rand(1, 2)
    for name, dtype in (("bf16", torch.bfloat16), ("fp32", torch.float32)):
        with Precision(name).autocast(torch.device("cpu")):
            assert layer(x).dtype == dtype
    assert layer(x).dtype == torch.float32


def switches():
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


@pytest.fixture
def tf32():
    """Let the process choose TF32, and put back what it had chosen."""
    before = switches()
    torch.set_float32_matmul_precision("medium")
    torch.backends.cudnn.allow_tf32 = True
    yield
    torch.set_float32_matmul_precision(before[0])
    torch.backends.cudnn.allow_tf32 = before[1]


@pytest.mark.usefixtures("tf32")
def test_what_predicts_in_fp32_on_cuda_does_not_round_to_tf32():
    with Precision("fp32").predicting(torch.device("cuda:0")):
        assert switches() == ("highest", False)
    assert switches() == ("medium", True)
    with Precision("fp32").predicting(torch.device("cpu")):
        assert switches() == ("medium", True)


@pytest.mark.usefixtures("tf32")
@pytest.mark.skipif(not hasattr(torch.backends.cudnn, "conv"), reason="torch 2.9 brought a choice each")
def test_a_choice_for_each_operation_is_put_back():
    operations = (torch.backends.cuda.matmul, torch.backends.cudnn.conv, torch.backends.cudnn.rnn)
    torch.backends.cudnn.conv.fp32_precision = "ieee"
    chosen = [operation.fp32_precision for operation in operations]
    assert chosen[1:] == ["ieee", "tf32"]
    with Precision("fp32").predicting(torch.device("cuda:0")):
        assert [operation.fp32_precision for operation in operations] == ["ieee"] * 3
    assert [operation.fp32_precision for operation in operations] == chosen


@pytest.mark.parametrize(
    ("flags", "has"),
    [
        ("flags: fma amx_bf16 amx_tile", True),
        ("flags: fma avx512_bf16", True),
        ("flags: fma amx_tile", False),
        (None, False),
    ],
)
def test_bf16_is_read_from_the_processors_flags(monkeypatch, tmp_path, flags, has):
    information = tmp_path / "cpuinfo"
    if flags is not None:
        information.write_text(flags)
    monkeypatch.setattr(precision, "Path", lambda _: information)
    assert precision.cpu_has_bf16() is has


@pytest.fixture
def threads():
    """Put the number of threads back."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize(("processors", "expected"), [(1, 1), (2, 1), (3, 1), (8, 4)])
def test_half_of_the_processors_compute(monkeypatch, processors, expected):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(processors)), raising=False)
    use_threads()
    assert torch.get_num_threads() == expected


@pytest.mark.usefixtures("threads")
def test_who_names_a_number_of_threads_gets_it(monkeypatch):
    torch.set_num_threads(3)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    use_threads()
    assert torch.get_num_threads() == 3
    use_threads(2)
    assert torch.get_num_threads() == 2
