"""Inputs that a model is compared on: given ones, the example that was logged with it, or drawn ones."""

import csv
import itertools
import json

import numpy

from refusals import Refused

LABELS = "labels"
MAX_SAMPLES = 1000
DRAWN_SAMPLES = 64


class Samples:
    """`arrays` by the names of inputs, or `table`: columns by their names. The other one is None."""

    def __init__(self, origin, arrays=None, table=None):
        self.origin = origin
        self.arrays = arrays
        self.table = table

    def matrix(self, features=None):
        """All of it as the one matrix of numbers that most models take."""
        if self.table is not None:
            texts = [name for name, column in self.table.items() if column.dtype.kind not in "biuf"]
            if texts:
                raise Refused(f"The column {texts[0]!r} has texts, and the model takes numbers.")
            found = numpy.stack(list(self.table.values()), axis=1)
        elif len(self.arrays) == 1:
            found = next(iter(self.arrays.values()))
        else:
            raise Refused(f"The model takes one matrix, and the samples have {len(self.arrays)} arrays.")
        if found.ndim == 1:
            found = found.reshape(1, -1)
        if features is not None and found.shape[-1] != features:
            raise Refused(f"The samples have {found.shape[-1]} columns, and the model takes {features}.")
        return numpy.ascontiguousarray(found, dtype=numpy.float32)


def read_samples(request, columns=None):
    """Given ones, else the logged example; None where there is neither.

    `columns` are those that the model was fitted with: others of a table are left out.
    """
    if request.get("data"):
        samples = read_file(request["data"])
        samples.origin = "data"
    elif request.get("example"):
        samples = read_example(request["example"])
    else:
        return None
    if columns is not None and samples.table is not None:
        missing = [name for name in columns if name not in samples.table]
        if not missing:
            samples.table = {name: samples.table[name] for name in columns}
        elif samples.origin == "data":
            raise Refused(f"The samples have no column {missing[0]!r}, which the model takes.")
    return samples


def read_file(path):
    if path.endswith((".npz", ".npy")):
        loaded = numpy.load(path, allow_pickle=False)
        arrays = {"x": loaded} if path.endswith(".npy") else {name: loaded[name] for name in loaded.files}
        arrays.pop(LABELS, None)
        return Samples("data", arrays={name: array[:MAX_SAMPLES] for name, array in arrays.items()})
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = (row for row in csv.reader(file, delimiter="\t" if path.endswith(".tsv") else ",") if row)
        header, *cells = itertools.islice(rows, MAX_SAMPLES + 1)
    for at, row in enumerate(cells):
        if len(row) != len(header):
            raise Refused(f"Row {at + 1} of the samples has {len(row)} cells, and the header {len(header)}.")
    if not cells:
        raise Refused("The file of samples has none.")
    columns = dict(zip(header, zip(*cells)))
    return Samples("data", table={name: to_column(column) for name, column in columns.items() if name != LABELS})


def read_example(path):
    """As MLflow writes `input_example.json`."""
    with open(path, encoding="utf-8") as file:
        example = json.load(file)
    if isinstance(example, dict) and "columns" in example and "data" in example:
        columns = zip(*example["data"])
        return Samples("example", table={str(n): to_column(c) for n, c in zip(example["columns"], columns)})
    if isinstance(example, dict) and "inputs" in example and len(example) == 1:
        example = example["inputs"]
    if isinstance(example, dict):
        return Samples("example", arrays={name: numpy.asarray(value) for name, value in example.items()})
    return Samples("example", arrays={"x": numpy.asarray(example)})


def to_column(cells):
    try:
        return numpy.asarray([float("nan") if cell in ("", None) else float(cell) for cell in cells])
    except (TypeError, ValueError):
        return numpy.asarray(["" if cell is None else str(cell) for cell in cells])


def draw_matrix(features):
    """The same numbers each time, from a normal distribution."""
    return numpy.random.default_rng(0).normal(size=(DRAWN_SAMPLES, features)).astype(numpy.float32)
