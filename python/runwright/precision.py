"""Mixed precision by name: the autocast and the scaling of gradients that the device and this torch have."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from typing import Any

from .log import log

names = ("fp32", "fp16", "bf16", "auto")


class Precision:
    """
    A context, to be entered for each forward pass; and the backward pass and the step that belong to it.

    Without torch it does nothing, and `backward` and `step` call what they are given.
    """

    def __init__(self, name: str, device: str, torch: Any = None) -> None:
        self.name = name
        """`fp32`, `fp16` or `bf16`."""
        self.device = device
        """The kind of device, as torch names it: `cuda`, `cpu`, `mps`, `xpu`."""
        self._torch = torch
        self.scaler: Any = _create_scaler(torch, device) if name == "fp16" and torch is not None else None
        """A GradScaler of torch; None where gradients need no scaling."""
        self._entered: list[Any] = []

    def autocast(self) -> Any:
        if self._torch is None or self.name == "fp32":
            return contextlib.nullcontext()
        dtype = self._torch.float16 if self.name == "fp16" else self._torch.bfloat16
        return self._torch.autocast(device_type=self.device, dtype=dtype)

    def __enter__(self) -> Precision:
        context = self.autocast()
        context.__enter__()
        self._entered.append(context)
        return self

    def __exit__(self, *exception: Any) -> None:
        self._entered.pop().__exit__(*exception)

    def backward(self, loss: Any) -> None:
        """Scales the loss, so that small gradients do not vanish in fp16. Call it outside of the context."""
        (loss if self.scaler is None else self.scaler.scale(loss)).backward()

    def step(self, optimizer: Any, *, max_norm: float | None = None) -> None:
        """One step of the optimizer, left out where gradients overflowed; first clips them to `max_norm`."""
        if max_norm is not None and self._torch is not None:
            if self.scaler is not None:
                self.scaler.unscale_(optimizer)
            parameters = [each for group in optimizer.param_groups for each in group["params"]]
            self._torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        if self.scaler is None:
            optimizer.step()
        else:
            self.scaler.step(optimizer)
            self.scaler.update()

    def state_dict(self) -> dict[str, Any]:
        """Belongs into a checkpoint: the scale that fp16 has found."""
        return {} if self.scaler is None else dict(self.scaler.state_dict())

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """A state without a scale, of another precision, changes nothing."""
        if self.scaler is not None and state:
            self.scaler.load_state_dict(dict(state))


def precision(name: str | None = None, *, device: Any = None) -> Precision:
    """
    The precision `fp32`, `fp16`, `bf16` or `auto`; without a name RUNWRIGHT_PRECISION, else what accelerate was told
    (ACCELERATE_MIXED_PRECISION), else `fp32`.

    `auto` is bf16 on GPUs that have it, fp16 on other CUDA GPUs, else fp32. `device` is where the model is, as torch
    names it; without it the GPU if there is one. Torch counts if the program has imported it.

    Raises ValueError for another name. On a CPU fp16 becomes bf16, with a warning.
    """
    wanted = _wanted(name, os.environ)
    torch = sys.modules.get("torch")
    if torch is None:
        return Precision("fp32" if wanted == "auto" else wanted, "cpu")
    kind = _find_device(torch) if device is None else str(getattr(device, "type", device)).split(":")[0]
    if wanted == "fp16" and kind == "cpu":
        log.warning("fp16 is slow or missing on a CPU: bf16 is used.")
        wanted = "bf16"
    return Precision(_choose(torch, kind) if wanted == "auto" else wanted, kind, torch)


def _wanted(name: str | None, env: Mapping[str, str]) -> str:
    source = "The precision"
    if name is None and env.get("RUNWRIGHT_PRECISION"):
        source, name = "RUNWRIGHT_PRECISION", env["RUNWRIGHT_PRECISION"]
    if name is None:
        told = env.get("ACCELERATE_MIXED_PRECISION", "no")
        name = told if told in names else "fp32"
    if name not in names:
        raise ValueError(f"{source} is {name!r}; known are {', '.join(names)}.")
    return name


def _find_device(torch: Any) -> str:
    if torch.cuda.is_available():
        return "cuda"
    for kind, module in (("xpu", getattr(torch, "xpu", None)), ("mps", getattr(torch.backends, "mps", None))):
        if module is not None and module.is_available():
            return kind
    return "cpu"


def _choose(torch: Any, device: str) -> str:
    if device == "xpu":
        return "bf16"
    if device != "cuda":
        return "fp32"
    # Ampere and later have it in hardware, and so have AMD's GPUs; is_bf16_supported() also counts what is emulated.
    is_native = getattr(torch.version, "hip", None) is not None or torch.cuda.get_device_capability()[0] >= 8
    return "bf16" if is_native else "fp16"


def _create_scaler(torch: Any, device: str) -> Any:
    """torch.amp.GradScaler came with 2.3; before, only CUDA had one. None where this torch has none for the device."""
    scaler = getattr(torch.amp, "GradScaler", None)
    if scaler is not None:
        return scaler(device)
    return torch.cuda.amp.GradScaler() if device == "cuda" else None
