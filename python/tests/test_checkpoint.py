from __future__ import annotations

import json
import os
import stat
import unittest
from pathlib import Path
from unittest import mock

from runwright import CheckpointError, checkpoint, resume
from runwright.checkpoint import checkpoint_folder
from runwright.checkpoint_source import open_newest
from runwright.manifest import Manifest, encode_manifest, parse_manifest

from .workplace import Workplace


class Custom:
    def __init__(self, value: int) -> None:
        self.value = value


def flip_bit(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x10
    path.write_bytes(data)


class CheckpointTest(Workplace):
    def save(self, step: int, **options: object) -> Path:
        path = checkpoint({"at": step, "noise": os.urandom(2000)}, step, **options)  # type: ignore[arg-type]
        assert path is not None
        return path

    def steps(self) -> set[int]:
        return {json.loads(path.read_text())["step"] for path in self.place().glob("step-*.json")}

    def place(self) -> Path:
        return checkpoint_folder(os.environ)

    def resumed(self, **options: object) -> int | None:
        found = resume(**options)  # type: ignore[arg-type]
        if found is not None:
            self.assertEqual(found.state["at"], found.step)
        return None if found is None else found.step

    def test_there_is_nothing_to_resume_at_first(self) -> None:
        self.assertIsNone(resume())
        self.assertEqual(os.listdir(), [], "looking leaves nothing behind")

    def test_all_of_a_run_go_to_its_folder_after_mlflow_has_taken_its_id_out_of_the_environment(self) -> None:
        self.run_program(
            "import os, runwright\nrunwright.checkpoint(1, 1)\ndel os.environ['MLFLOW_RUN_ID']\nrunwright.checkpoint(2, 2)",
            MLFLOW_RUN_ID="a" * 32,
        )
        self.assertEqual(sorted(path.parent.name for path in self.folder.rglob("step-*.json")), ["a" * 32] * 2)

    def test_a_state_comes_back_with_its_step_and_metric(self) -> None:
        state = {"weights": [1.5, None, b"\0"], "custom": (1, {2})}
        path = checkpoint(state, 7, metric=0.25)
        found = resume()
        assert found is not None
        self.assertEqual((found.state, found.step, found.metric, found.path), (state, 7, 0.25, path))

    def test_an_object_of_the_programs_own_class_comes_back(self) -> None:
        checkpoint(Custom(5), 1)
        found = resume()
        assert found is not None
        self.assertEqual(found.state.value, 5)

    def test_the_newest_wins_and_not_the_highest_step_after_a_step_back(self) -> None:
        for step in (100, 200, 50):
            self.save(step)
        self.assertEqual(self.resumed(), 50)

    def test_the_same_bytes_saved_again_are_the_newest_again(self) -> None:
        for state, step in (("a", 1), ("b", 2), ("a", 1)):
            checkpoint({"at": step, "is": state}, step)
        self.assertEqual(self.resumed(), 1)

    def test_the_last_and_the_best_are_kept(self) -> None:
        for step, metric in enumerate([0.5, 0.1, 0.9, float("nan"), 0.3, 0.8]):
            self.save(step, metric=metric, keep_last=2, keep_best=1)
        self.assertEqual(self.steps(), {1, 4, 5})
        self.assertEqual(self.resumed(best=True), 1)
        self.assertEqual(len(list(self.place().glob("step-*"))), 6, "no state is left of a removed one")

    def test_higher_is_better_when_told(self) -> None:
        for step, metric in enumerate([0.5, 0.9, 0.1]):
            self.save(step, metric=metric, mode="max", keep_last=1, keep_best=1)
        self.assertEqual(self.steps(), {1, 2})
        self.assertEqual(self.resumed(best=True, mode="max"), 1)

    def test_any_single_flipped_bit_in_the_state_is_noticed(self) -> None:
        self.save(1)
        newest = self.save(2)
        for at in range(0, newest.stat().st_size, 97):
            flip_bit(newest, at)
            with self.assertLogs("runwright", "WARNING") as logs:
                self.assertEqual(self.resumed(), 1)
            self.assertIn("step 2", logs.output[0])
            flip_bit(newest, at)
        self.assertEqual(self.resumed(), 2)

    def test_any_flipped_bit_in_the_manifest_is_noticed(self) -> None:
        self.save(1)
        manifest = self.save(2, metric=0.5).with_suffix(".json")
        whole = manifest.read_bytes()
        for at in range(8 * len(whole)):
            flipped = bytearray(whole)
            flipped[at // 8] ^= 1 << at % 8
            # White space may be another one: that changes nothing.
            self.assertIn(parse_manifest(flipped), (None, parse_manifest(whole)))
        flip_bit(manifest, whole.index(b'"sequence"') + len('"sequence": '))
        with self.assertLogs("runwright", "WARNING"):
            self.assertEqual(self.resumed(), 1)

    def test_one_that_is_pruned_while_it_is_looked_at_gives_way_to_the_newer_one_and_not_to_an_older_one(self) -> None:
        self.save(1)
        self.save(2)

        def order(manifests: list[Manifest]) -> list[Manifest]:
            if manifests[0].step == 2:
                self.save(3)
                # Its state as well: what is left is older.
                for name in (manifests[0].name, manifests[0].state_name):
                    (self.place() / name).unlink()
            return manifests

        with open_newest(self.place(), order, None) as found:
            assert found is not None
            self.assertEqual(found[0].step, 3)

    def test_a_torn_state_or_manifest_is_skipped_and_cleared_by_the_next_checkpoint(self) -> None:
        self.save(1)
        torn_state = self.save(2)
        torn_manifest = self.save(3).with_suffix(".json")
        torn_state.write_bytes(torn_state.read_bytes()[:-1])
        torn_manifest.write_bytes(torn_manifest.read_bytes()[:20])
        with self.assertLogs("runwright", "WARNING"):
            self.assertEqual(self.resumed(), 1)
            self.save(4, keep_last=2)
        self.assertEqual(self.steps(), {1, 4}, "the broken ones do not count as kept")

    def test_all_broken_is_nothing_to_resume(self) -> None:
        flip_bit(self.save(1), 5)
        with self.assertLogs("runwright", "WARNING"):
            self.assertIsNone(resume())

    def test_a_whole_one_that_cannot_be_loaded_is_an_error_and_not_an_older_one(self) -> None:
        self.save(1)
        checkpoint(Custom(1), 2)
        with mock.patch.dict(globals()):
            del globals()["Custom"]
            with self.assertRaisesRegex(CheckpointError, "step 2 .* is whole, but could not be loaded"):
                resume()

    def test_a_state_that_cannot_be_pickled_leaves_nothing(self) -> None:
        self.save(1)
        names = sorted(os.listdir(self.place()))
        with self.assertRaises(Exception):
            checkpoint({"no": lambda: 1}, 2)
        self.assertEqual(sorted(os.listdir(self.place())), names)
        self.assertEqual(self.resumed(), 1)

    def test_only_rank_0_writes(self) -> None:
        with mock.patch.dict(os.environ, RANK="1", WORLD_SIZE="2", LOCAL_RANK="1"):
            self.assertIsNone(checkpoint({"at": 1}, 1))
        self.assertEqual(os.listdir(), [])
        with mock.patch.dict(os.environ, RANK="0", WORLD_SIZE="2", LOCAL_RANK="0"):
            self.save(1)
        with mock.patch.dict(os.environ, RANK="1", WORLD_SIZE="2", LOCAL_RANK="1"):
            self.assertEqual(self.resumed(), 1)

    def test_the_folder_is_the_runs_or_the_one_that_is_named(self) -> None:
        here = self.folder / ".runwright/checkpoints"
        self.assertEqual(checkpoint_folder({"MLFLOW_RUN_ID": "0" * 32}), here / ("0" * 32))
        self.assertEqual(checkpoint_folder({"RUNWRIGHT_CHECKPOINT_DIR": "there"}), self.folder / "there")
        self.assertEqual(checkpoint_folder({"RUNWRIGHT_CHECKPOINT_DIR": "there"}, "own"), self.folder / "own")
        with mock.patch("sys.argv", ["../x/train.py"]):
            self.assertEqual(checkpoint_folder({}), here / "train")
            self.assertEqual(checkpoint_folder({"MLFLOW_RUN_ID": "../../up"}), here / "train")

    def test_git_leaves_the_usual_folder_out(self) -> None:
        self.save(1)
        self.assertEqual((self.place() / ".gitignore").read_text(), "*\n")
        checkpoint({"at": 1}, 1, folder="own")
        self.assertNotIn(".gitignore", os.listdir("own"))

    def test_bad_options_change_nothing(self) -> None:
        for options in ({"step": -1}, {"mode": "low"}, {"keep_last": 0}, {"keep_best": -1}):
            with self.assertRaises(ValueError):
                checkpoint({}, **{"step": 1, **options})  # type: ignore[arg-type]
        with self.assertRaises(TypeError):
            checkpoint({}, 1.5)  # type: ignore[arg-type]
        self.assertEqual(os.listdir(), [])

    def test_a_manifest_that_leads_elsewhere_is_no_checkpoint(self) -> None:
        manifest = self.save(1).with_suffix(".json")
        whole = parse_manifest(manifest.read_bytes())
        assert whole is not None
        for change in ({"sha256": "../../../../x"}, {"format": "exe"}, {"step": "1"}, {"step": -1}, {"metric": "low"}):
            with mock.patch("runwright.manifest._is_sound", lambda _: True):
                bad = type(whole)(**{**vars(whole), **change})
            self.assertIsNone(parse_manifest(encode_manifest(bad)), change)
        for data in (b"", b"[]", b"null", b'{"check": 1}', b"\xff"):
            self.assertIsNone(parse_manifest(data))

    @unittest.skipIf(os.name != "posix" or os.getuid() == 0, "root may write anywhere")
    def test_a_folder_that_may_not_be_written_is_an_error_that_says_so(self) -> None:
        os.mkdir("closed", stat.S_IRUSR | stat.S_IXUSR)
        with self.assertRaisesRegex(CheckpointError, "step 1 could not be written to .*closed"):
            checkpoint({}, 1, folder="closed")
