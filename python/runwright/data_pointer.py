"""
What `.dvc` files say: https://dvc.org/doc/user-guide/project-structure/dvc-files

They are YAML of one simple shape, as DVC and Runwright write it; the standard library has no YAML.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

_limit_bytes = 1 << 20
_key = re.compile(r"^( *)((?:- +)*)([A-Za-z_]\w*):(?: +(.*))?$")
_escapes = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"}
_escapes.update({" ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"})


@dataclass(frozen=True)
class PointerOut:
    """A file or folder that a `.dvc` file stands for."""

    path: str
    """From the folder of the `.dvc` file, by way of its `wdir` if it has one."""
    md5: str
    """32 hex digits; for a folder followed by `.dir`."""
    sha256: str | None
    size_bytes: int | None
    file_count: int | None
    """Of a folder."""


def parse_pointer(text: str) -> list[PointerOut]:
    """Those that have been added, and whose hash is an md5 as DVC 3 has it. None for a file of another shape."""
    if len(text) > _limit_bytes:
        return []
    outs: list[dict[str, str]] = []
    section = folder = ""
    for indent, is_item, key, value in _fields(text):
        if indent == 0 and not is_item:
            section = key
            folder = value if key == "wdir" and value not in ("~", "null") else folder
            continue
        if section != "outs":
            continue
        if is_item:
            outs.append({})
        if outs:
            outs[-1].setdefault(key, value)
    return [out for fields in outs if (out := _to_out(fields, folder)) is not None]


def _to_out(fields: dict[str, str], folder: str) -> PointerOut | None:
    path, md5 = fields.get("path", ""), fields.get("md5", "")
    if path == "" or fields.get("hash") != "md5" or not re.fullmatch(r"[0-9a-f]{32}(\.dir)?", md5):
        return None
    # After a re-add by DVC alone it still says what was there before.
    sha256 = fields.get("sha256", "") if fields.get("for") == md5 else ""
    return PointerOut(
        path=posixpath.normpath(posixpath.join(folder, path)),
        md5=md5,
        sha256=sha256 if re.fullmatch(r"[0-9a-f]{64}", sha256) else None,
        size_bytes=_number(fields.get("size")),
        file_count=_number(fields.get("nfiles")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"\d{1,15}", text) else None


def _fields(text: str) -> Iterator[tuple[int, bool, str, str]]:
    """Keys with their values, how far they are indented, and whether an item of a list begins with them."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        match = _key.match(lines[at])
        at += 1
        if match is None:
            continue
        spaces, dash, key, value = match[1], match[2], match[3], (match[4] or "").strip(" \r")
        indent = len(spaces) + len(dash)
        if value == "" and at < len(lines) and _is_indented(lines[at], indent) and not _key.match(lines[at]):
            value = lines[at].strip(" \r")
            at += 1
        parts = [value]
        # A long text goes on in lines that are indented further.
        while value != "" and at < len(lines) and _goes_on(parts, lines[at], indent):
            parts.append(lines[at].strip(" \r"))
            at += 1
        yield len(spaces), dash != "", key, _scalar(parts)


def _goes_on(parts: list[str], line: str, indent: int) -> bool:
    quote = parts[0][0]
    if quote in "'\"":
        joined = "\n".join(parts)
        return not _is_closed(joined, quote)
    return _is_indented(line, indent)


def _is_indented(line: str, indent: int) -> bool:
    return line.strip(" \r") != "" and len(line) - len(line.lstrip(" ")) > indent


def _is_closed(text: str, quote: str) -> bool:
    inner = re.sub(r"\\.|''", "", text[1:], flags=re.DOTALL) if quote == '"' else text[1:].replace("''", "")
    return quote in inner


def _scalar(parts: list[str]) -> str:
    quote = parts[0][:1]
    if quote not in ("'", '"'):
        return re.sub(r" +#.*$", "", " ".join(parts))
    folded = parts[0]
    for part in parts[1:]:
        # A backslash at the end of a line joins it to the next.
        is_joined = quote == '"' and re.search(r"(?<!\\)(\\\\)*\\$", folded)
        folded = folded[:-1] + part if is_joined else f"{folded} {part}"
    if quote == "'":
        end = re.match(r"'((?:[^']|'')*)'", folded)
        return end[1].replace("''", "'") if end else ""
    end = re.match(r'"((?:[^"\\]|\\.)*)"', folded, flags=re.DOTALL)
    return re.sub(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", _unescape, end[1]) if end else ""


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if code[0] in "xuU" and len(code) > 1 else _escapes.get(code, code)
