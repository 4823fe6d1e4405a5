"""
Without a GPU, the choice by device is tested on a stand-in for torch that answers as torch's documents say. What a real
torch does on a CPU is in test_torch.py.
"""

from __future__ import annotations

import contextlib
import os
import sys
import types
from typing import Any, Iterator
from unittest import mock

from runwright import precision

from .workplace import Workplace


class Scaler:
    def __init__(self, device: str) -> None:
        self.device = device
        self.steps: list[str] = []

    def scale(self, loss: Loss) -> Loss:
        self.steps.append("scale")
        return loss

    def unscale_(self, _: Any) -> None:
        self.steps.append("unscale")

    def step(self, _: Any) -> None:
        self.steps.append("step")

    def update(self) -> None:
        self.steps.append("update")

    def state_dict(self) -> dict[str, Any]:
        return {"scale": 2.0}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.steps.append(f"load {state['scale']}")


class Loss:
    def __init__(self) -> None:
        self.called = 0

    def backward(self) -> None:
        self.called += 1


class Optimizer:
    def __init__(self) -> None:
        self.called = 0
        self.param_groups: list[dict[str, Any]] = [{"params": [1, 2]}, {"params": [3]}]

    def step(self) -> None:
        self.called += 1


def stand_in(device: str, *, capability: int = 8, hip: str | None = None) -> Any:
    clipped: list[Any] = []
    available = lambda kind: types.SimpleNamespace(is_available=lambda: device == kind)  # noqa: E731
    torch: Any = types.ModuleType("torch")
    torch.float16, torch.bfloat16 = "float16", "bfloat16"
    torch.version = types.SimpleNamespace(hip=hip)
    torch.cuda = available("cuda")
    torch.cuda.get_device_capability = lambda: (capability, 0)
    torch.xpu, torch.backends = available("xpu"), types.SimpleNamespace(mps=available("mps"))
    torch.amp = types.SimpleNamespace(GradScaler=Scaler)
    torch.nn = types.SimpleNamespace(utils=types.SimpleNamespace(clip_grad_norm_=lambda *args: clipped.append(args)))
    torch.clipped, torch.entered = clipped, []

    @contextlib.contextmanager
    def autocast(device_type: str, dtype: str) -> Iterator[None]:
        torch.entered.append((device_type, dtype))
        yield
        torch.entered.append("left")

    torch.autocast = autocast
    return torch


class PrecisionTest(Workplace):
    def chosen(self, torch: Any, *args: Any, **kwargs: Any) -> tuple[str, str, str | None]:
        with mock.patch.dict(sys.modules, torch=torch):
            found = precision(*args, **kwargs)
        return found.name, found.device, None if found.scaler is None else found.scaler.device

    def test_without_torch_it_does_nothing_and_passes_on(self) -> None:
        with mock.patch.dict(sys.modules):
            sys.modules.pop("torch", None)
            loss, optimizer = Loss(), Optimizer()
            for name in ("auto", "fp16", "bf16", "fp32"):
                half = precision(name)
                with half, half:
                    pass
                half.backward(loss)
                half.step(optimizer, max_norm=1.0)
                self.assertEqual(half.state_dict(), {})
            self.assertEqual((loss.called, optimizer.called), (4, 4))
            self.assertEqual(precision("auto").name, "fp32")

    def test_auto_is_chosen_by_the_device(self) -> None:
        for torch, expected in (
            (stand_in("cuda"), ("bf16", "cuda", None)),
            (stand_in("cuda", capability=7), ("fp16", "cuda", "cuda")),
            (stand_in("cuda", capability=7, hip="6.0"), ("bf16", "cuda", None)),
            (stand_in("xpu"), ("bf16", "xpu", None)),
            (stand_in("mps"), ("fp32", "mps", None)),
            (stand_in("cpu"), ("fp32", "cpu", None)),
        ):
            self.assertEqual(self.chosen(torch, "auto"), expected)

    def test_a_named_device_goes_before_the_gpu(self) -> None:
        self.assertEqual(self.chosen(stand_in("cuda"), "auto", device="cpu"), ("fp32", "cpu", None))
        self.assertEqual(self.chosen(stand_in("cuda"), "fp16", device="cuda:1"), ("fp16", "cuda", "cuda"))
        device = types.SimpleNamespace(type="cuda")
        self.assertEqual(self.chosen(stand_in("cuda"), "bf16", device=device), ("bf16", "cuda", None))

    def test_fp16_on_a_cpu_is_bf16_with_a_warning(self) -> None:
        with self.assertLogs("runwright", "WARNING"):
            self.assertEqual(self.chosen(stand_in("cpu"), "fp16"), ("bf16", "cpu", None))

    def test_the_environment_names_the_default(self) -> None:
        torch = stand_in("cuda")
        self.assertEqual(self.chosen(torch)[0], "fp32")
        for env, expected in (
            ({"RUNWRIGHT_PRECISION": "bf16"}, "bf16"),
            ({"ACCELERATE_MIXED_PRECISION": "fp16"}, "fp16"),
            ({"ACCELERATE_MIXED_PRECISION": "no"}, "fp32"),
            ({"ACCELERATE_MIXED_PRECISION": "fp16", "RUNWRIGHT_PRECISION": "fp32"}, "fp32"),
        ):
            with mock.patch.dict(os.environ, env):
                self.assertEqual(self.chosen(torch)[0], expected)
                self.assertEqual(self.chosen(torch, "bf16")[0], "bf16")
        with mock.patch.dict(os.environ, RUNWRIGHT_PRECISION="half"):
            with self.assertRaisesRegex(ValueError, "RUNWRIGHT_PRECISION is 'half'; known are fp32, fp16, bf16, auto"):
                precision()

    def test_fp16_scales_unscales_before_it_clips_and_keeps_its_scale(self) -> None:
        torch, loss, optimizer = stand_in("cuda"), Loss(), Optimizer()
        with mock.patch.dict(sys.modules, torch=torch):
            half = precision("fp16")
            for _ in range(2):
                with half:
                    pass
            half.backward(loss)
            half.step(optimizer, max_norm=1.0)
            half.load_state_dict(half.state_dict())
            half.load_state_dict({})
        self.assertEqual(half.scaler.steps, ["scale", "unscale", "step", "update", "load 2.0"])
        self.assertEqual((loss.called, optimizer.called, torch.clipped), (1, 0, [([1, 2, 3], 1.0)]))
        self.assertEqual(torch.entered, [("cuda", "float16"), "left"] * 2)

    def test_bf16_scales_nothing(self) -> None:
        torch, loss, optimizer = stand_in("cuda"), Loss(), Optimizer()
        with mock.patch.dict(sys.modules, torch=torch):
            half = precision("bf16")
            with half:
                half.backward(loss)
            half.step(optimizer)
        self.assertEqual((loss.called, optimizer.called, torch.clipped), (1, 1, []))
        self.assertEqual(torch.entered, [("cuda", "bfloat16"), "left"])
