"""Tells what kind of file a file is. Files are those of packages, and their names tell what they are."""

import hashlib
import json
import pathlib
import sys

import numpy

from .classifier import score

__all__ = ["prepare", "score"]

kinds = {
    "c": "c",
    "cjs": "javascript",
    "css": "css",
    "csv": "csv",
    "html": "html",
    "js": "javascript",
    "json": "json",
    "md": "markdown",
    "mjs": "javascript",
    "npy": "npy",
    "npz": "npz",
    "png": "png",
    "py": "python",
    "pyc": "pythonbytecode",
    "rst": "rst",
    "sh": "shell",
    "so": "elf",
    "svg": "svg",
    "ttf": "ttf",
    "ts": "typescript",
    "wasm": "wasm",
    "xml": "xml",
    "yaml": "yaml",
    "yml": "yaml",
}
most_of_a_kind = 150
settings = "magika/models/standard_v3_3/config.min.json"


def prepare(unpacked, folder):
    config = json.loads((unpacked / settings).read_text())
    places = {name: place for place, name in enumerate(config["target_labels_space"])}
    files = find_files([unpacked, *(pathlib.Path(path) for path in sys.path if path.endswith("site-packages"))])
    features = numpy.array([read_features(path, config) for path, _ in files], dtype="int32")
    labels = numpy.array([places[kind] for _, kind in files])
    is_test = numpy.arange(len(files)) % 3 != 0
    numpy.savez(folder / "samples.npz", bytes=features[~is_test], labels=labels[~is_test])
    numpy.savez(folder / "test.npz", bytes=features[is_test], labels=labels[is_test])


def find_files(folders):
    """In an order that has nothing to do with where they lie."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            kind = kinds.get(path.suffix[1:].lower())
            if kind is not None and path.is_file() and path.stat().st_size >= 64:
                found.setdefault(kind, []).append(path)
    chosen = []
    for kind, paths in sorted(found.items()):
        ordered = sorted(paths, key=lambda path: hashlib.sha256("/".join(path.parts[-3:]).encode()).digest())
        chosen += [(path, kind) for path in ordered[:most_of_a_kind]]
    return chosen


def read_features(path, config):
    """The beginning and the end without what is blank, filled up with a number that is no byte."""
    begin, end, block = config["beg_size"], config["end_size"], config["block_size"]
    with path.open("rb") as file:
        first = file.read(block)
        file.seek(max(0, path.stat().st_size - block))
        last = file.read(block)
    first, last = list(first.lstrip()[:begin]), list(last.rstrip()[-end:])
    padding = config["padding_token"]
    return first + [padding] * (begin - len(first)) + [padding] * (end - len(last)) + last
