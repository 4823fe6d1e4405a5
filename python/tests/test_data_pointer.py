from __future__ import annotations

import json
import re
import unittest
from pathlib import Path

from runwright.data_pointer import PointerOut, parse_pointer

# As dvc 3.67.1 wrote them; the other half of Runwright is held to the same list.
_scalars = Path(__file__).parents[2] / "src/data/format/scalars-of-dvc.json"
_md5 = "514a2fb2f1e762a26e5f85da93918b99"
_sha256 = "ab" * 32


class DataPointerTest(unittest.TestCase):
    def test_a_folder_as_dvc_writes_it(self) -> None:
        text = f"outs:\n- md5: {_md5}.dir\n  size: 14\n  nfiles: 6\n  hash: md5\n  path: data\n"
        self.assertEqual(parse_pointer(text), [PointerOut("data", f"{_md5}.dir", None, 14, 6)])

    def test_the_sha256_counts_only_for_the_md5_that_it_was_written_for(self) -> None:
        for written_for, sha256 in ((_md5, _sha256), ("0" * 32, None)):
            text = (
                f"# a comment\nouts:\n- md5: {_md5}\n  size: 3\n  hash: md5\n  path: q.txt\n  meta:\n    runwright:\n"
                f"      for: {written_for}\n      sha256: {_sha256}\ndeps:\n- path: x\n  md5: {'1' * 32}\nfrozen: true\n"
            )
            self.assertEqual(parse_pointer(text), [PointerOut("q.txt", _md5, sha256, 3, None)])

    @unittest.skipUnless(_scalars.exists(), "the package stands alone")
    def test_every_name_that_dvc_was_seen_to_write(self) -> None:
        for each in json.loads(_scalars.read_text("utf-8")):
            # Where it breaks a line within an escaped character, DVC itself reads back something else.
            is_torn = '- path: "' in each["written"] and re.search(r"(?<!\\)(\\\\)*\n {4}", each["written"])
            if each["text"] == "" or is_torn:
                continue
            text = each["written"] + f"  hash: md5\n  md5: {_md5}\n"
            self.assertEqual([out.path for out in parse_pointer(text)], [each["text"].rstrip("/")], each["written"])

    def test_several_outs_and_a_hash_of_digits(self) -> None:
        text = f"outs:\n- md5: '{'1' * 32}'\n  hash: md5\n  path: a\n- hash: md5\n  path: b\n  md5: {_md5}\n"
        self.assertEqual([(out.path, out.md5) for out in parse_pointer(text)], [("a", "1" * 32), ("b", _md5)])

    def test_a_path_is_from_the_folder_that_wdir_names(self) -> None:
        out = f"outs:\n- md5: {_md5}\n  hash: md5\n  path: d\n"
        for text, path in ((f"wdir: ../raw\n{out}", "../raw/d"), (f"{out}wdir: 'a b'\n", "a b/d"), (f"wdir: ~\n{out}", "d")):
            self.assertEqual([each.path for each in parse_pointer(text)], [path], text)

    def test_what_is_no_such_file_names_nothing(self) -> None:
        for text in ("", "\0", "outs:", "outs: []", "- - -", f"outs:\n- md5: {_md5}\n  path: old\n", "a: 'b\nc"):
            self.assertEqual(parse_pointer(text), [], text)


if __name__ == "__main__":
    unittest.main()
