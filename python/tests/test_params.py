from __future__ import annotations

import json
import os
from typing import Any
from unittest import mock

from runwright import params

from .workplace import Workplace


class ParamsTest(Workplace):
    def given(self, *args: Any, env: Any, **defaults: Any) -> dict[str, Any]:
        text = env if isinstance(env, str) else json.dumps(env)
        with mock.patch.dict(os.environ, RUNWRIGHT_PARAMS=text):
            return params(*args, **defaults)

    def test_without_a_launch_the_defaults_hold(self) -> None:
        self.assertEqual(params({"a": 1}, b="x"), {"a": 1, "b": "x"})

    def test_each_takes_the_type_of_its_default(self) -> None:
        env = {
            "lr": "1e-3",
            "epochs": "5",
            "amp": "true",
            "name": "x",
            "layers": "[1, 2]",
            "more": '{"a": 1}',
            "t": "[1]",
        }
        values = self.given(env=env, lr=0.1, epochs=1, amp=False, name="", layers=[], more={}, t=())
        expected = {"lr": 1e-3, "epochs": 5, "amp": True, "name": "x", "layers": [1, 2], "more": {"a": 1}, "t": (1,)}
        self.assertEqual(values, expected)
        self.assertIs(self.given(env={"amp": "0"}, amp=True)["amp"], False)

    def test_numbers_in_the_json_are_as_good_as_texts(self) -> None:
        self.assertEqual(
            self.given(env={"lr": 1, "n": 3, "on": True}, lr=0.5, n=1, on=False), {"lr": 1.0, "n": 3, "on": True}
        )

    def test_what_has_no_default_is_a_text(self) -> None:
        self.assertEqual(self.given(env={"x": "1", "y": "2"}, y=None), {"x": "1", "y": "2"})

    def test_what_does_not_fit_is_an_error_that_names_it(self) -> None:
        for value, default, kind in (
            ("abc", 0.1, "float"),
            ("1.5", 1, "int"),
            ("maybe", True, "bool"),
            ("{}", [], "list"),
        ):
            with self.assertRaisesRegex(ValueError, f"The param p is '{value}', which is no {kind}"):
                self.given(env={"p": value}, p=default)
        with self.assertRaisesRegex(ValueError, "no JSON object"):
            self.given(env="[]")
