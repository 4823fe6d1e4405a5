"""Tells whether a line stands on its head."""

import numpy

from . import texts, writing
from .classifier import score

__all__ = ["prepare", "score"]

test_lines = 1000


def prepare(unpacked, folder):
    random = numpy.random.default_rng(1)
    lines = texts.phrases(test_lines + 500, 6, 20)
    labels = numpy.arange(len(lines)) // 4 % 2
    pictures = numpy.stack([draw(text, index, labels[index] == 1, random) for index, text in enumerate(lines)])
    is_test = numpy.arange(len(lines)) % 3 != 0
    numpy.savez(folder / "samples.npz", x=pictures[~is_test], labels=labels[~is_test])
    numpy.savez(folder / "test.npz", x=pictures[is_test], labels=labels[is_test])


def draw(text, index, is_turned, random):
    pixels = writing.line(text, index, 48, 192, random)
    return writing.three_channels(pixels[::-1, ::-1] if is_turned else pixels, [0.5] * 3, [0.5] * 3)
