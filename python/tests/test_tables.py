from __future__ import annotations

import unittest

from runwright.notebook.shown import Shown, tables_of
from runwright.notebook.tables import Table, format_duration, to_html, to_text


class TablesTest(unittest.TestCase):
    def test_numbers_stand_to_the_right(self) -> None:
        table = Table("Runs", ["NAME", "LOSS"], [["a", 0.123456789], ["long", None], ["b", 12]])
        self.assertEqual(to_text([table]), "Runs\nNAME      LOSS\na     0.123457\nlong\nb           12")

    def test_what_comes_from_elsewhere_is_text_only(self) -> None:
        html = to_html([Table("<i>", ["<b>"], [["<script>x</script>"]])])
        self.assertNotIn("<script>", html)
        self.assertIn("&lt;script&gt;", html)
        self.assertIn("&lt;b&gt;", html)
        self.assertEqual(to_text([Table("", ["A"], [["x\x1b[31m\ny"]])]).count("\n"), 1)

    def test_many_rows_are_counted(self) -> None:
        table = Table("", ["N"], [[n] for n in range(1234)])
        self.assertTrue(to_text([table]).endswith("999\n… and 234 more"))
        self.assertIn("… and 234 more", to_html([table]))

    def test_durations_are_those_of_the_command_line(self) -> None:
        said = [format_duration(ms) for ms in (12, 1234, 61_000, 7_260_000)]
        self.assertEqual(said, ["12 ms", "1.2 s", "1 min 1 s", "2 h 1 min"])


class ShownTest(unittest.TestCase):
    def test_any_json_becomes_tables(self) -> None:
        data = {"sizeBytes": 3, "nothing": [], "outs": [{"path": "a", "lack": {"count": 1}}, {"path": "b"}], "goal": {"p": 1}}
        text = repr(Shown("data", data, tables_of(data)))
        self.assertEqual(
            text, "size bytes  3\n\nouts\npath  lack count\na              1\nb\n\ngoal\np  1"
        )

    def test_has_the_data_for_who_draws_it_and_html_and_text_for_others(self) -> None:
        shown = Shown("runs", {"a": 1}, tables_of({"a": 1}))
        bundle = shown._repr_mimebundle_()
        self.assertEqual(sorted(bundle), ["application/vnd.runwright.runs+json", "text/html", "text/plain"])
        self.assertEqual(bundle["application/vnd.runwright.runs+json"], shown.data)
        self.assertEqual(repr(Shown("data", [], tables_of([]))), "There is nothing to show.")
