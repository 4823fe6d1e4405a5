"""On a real torch, where the Python that runs the tests has one."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import unittest
from typing import Any

from runwright import checkpoint, precision, resume
from runwright.digest import Digest
from runwright.state_format import read_state

from .workplace import Workplace


class Custom:
    pass


@unittest.skipIf(importlib.util.find_spec("torch") is None, "torch is not installed")
class TorchTest(Workplace):
    def setUp(self) -> None:
        super().setUp()
        import torch

        self.torch: Any = torch
        torch.manual_seed(1)

    def train(self, model: Any, optimizer: Any, half: Any, steps: int) -> list[float]:
        torch, losses = self.torch, []
        for step in range(steps):
            inputs = torch.linspace(0, 1, 32).reshape(8, 4) + step / 100
            optimizer.zero_grad()
            with half:
                loss = (model(inputs).float() - inputs.sum(1, keepdim=True)).square().mean()
            half.backward(loss)
            half.step(optimizer, max_norm=1.0)
            losses.append(loss.item())
        return losses

    def parts(self) -> tuple[Any, Any]:
        model = self.torch.nn.Sequential(self.torch.nn.Linear(4, 8), self.torch.nn.ReLU(), self.torch.nn.Linear(8, 1))
        return model, self.torch.optim.AdamW(model.parameters(), lr=0.01)

    def format_of(self, path: Any) -> str:
        return str(json.loads(path.with_suffix(".json").read_text())["format"])

    def test_a_training_goes_on_to_the_same_losses(self) -> None:
        for name in ("fp32", "bf16"):
            half = precision(name)
            model, optimizer = self.parts()
            first = self.train(model, optimizer, half, 5)
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "precision": half.state_dict()}
            path = checkpoint(state, 5, folder=name)
            uninterrupted = self.train(model, optimizer, half, 5)
            self.assertEqual(self.format_of(path), "torch")
            found = resume(folder=name)
            assert found is not None
            model, optimizer = self.parts()
            model.load_state_dict(found.state["model"])
            optimizer.load_state_dict(found.state["optimizer"])
            half.load_state_dict(found.state["precision"])
            self.assertEqual(self.train(model, optimizer, half, 5), uninterrupted)
            self.assertLess(uninterrupted[-1], first[0])

    def test_bf16_runs_in_bf16(self) -> None:
        model, _ = self.parts()
        with precision("bf16", device="cpu"):
            self.assertEqual(model(self.torch.ones(1, 4)).dtype, self.torch.bfloat16)
        self.assertEqual(model(self.torch.ones(1, 4)).dtype, self.torch.float32)
        self.assertEqual(precision("auto", device="cpu").name, "fp32")

    def test_a_file_of_plain_data_loads_without_trust_and_others_are_marked(self) -> None:
        tensor = self.torch.arange(5.0)
        plain = {
            "t": [tensor, (tensor, None)],
            "n": 3,
            "f": 0.5,
            "s": "x",
            "b": True,
            "rng": self.torch.get_rng_state(),
        }
        path = checkpoint(plain, 1)
        assert path is not None
        self.assertEqual(self.format_of(path), "torch")
        loaded = self.torch.load(path, weights_only=True)
        self.assertEqual(loaded["s"], "x")
        path = checkpoint({"t": tensor, "custom": Custom()}, 2)
        assert path is not None
        self.assertEqual(self.format_of(path), "torch-pickle")
        found = resume()
        assert found is not None
        self.assertIsInstance(found.state["custom"], Custom)
        with open(path, "rb") as file, self.assertRaises(pickle.UnpicklingError):
            read_state(file, "torch-pickle", data_only=True)

    def test_large_tensors_are_not_copied_to_choose_the_format(self) -> None:
        tensor = self.torch.zeros(20_000_000)
        path = checkpoint({"t": tensor}, 1)
        assert path is not None
        self.assertGreater(os.path.getsize(path), 80_000_000)
        self.assertEqual(self.format_of(path), "torch")

    def test_a_state_without_tensors_is_a_pickle(self) -> None:
        path = checkpoint({"n": 1}, 1)
        self.assertEqual(self.format_of(path), "pickle")

    def test_tensors_have_digests_by_type_shape_and_bytes(self) -> None:
        torch = self.torch
        base = torch.arange(6)
        of = Digest().of
        self.assertEqual(of(base.reshape(2, 3)), of(torch.arange(12)[:6].reshape(2, 3)))
        others = [
            base,
            base.reshape(2, 3),
            base.reshape(3, 2),
            base.reshape(3, 2).T,
            base.int(),
            base.float(),
            base + 1,
        ]
        others += [
            base.bool(),
            base.to(torch.bfloat16),
            base.half(),
            torch.tensor(1),
            torch.tensor(2),
            torch.zeros(0, 3),
        ]
        self.assertEqual(len({of(each) for each in others}), len(others))
