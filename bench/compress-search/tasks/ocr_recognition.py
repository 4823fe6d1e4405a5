"""Reads lines of text. Right is a line of which every letter is; spaces do not count, since the model drops some."""

import numpy

from . import texts, writing

test_lines = 400


def prepare(unpacked, folder):
    random = numpy.random.default_rng(0)
    lines = texts.phrases(test_lines + 100, 8, 26)
    pictures = numpy.stack([draw(text, index, random) for index, text in enumerate(lines)])
    is_test = numpy.arange(len(lines)) % 5 != 0
    numpy.savez(folder / "samples.npz", x=pictures[~is_test])
    numpy.savez(folder / "test.npz", x=pictures[is_test], labels=numpy.array(lines)[is_test])


def draw(text, index, random):
    return writing.three_channels(writing.line(text, index, 48, 320, random), [0.5] * 3, [0.5] * 3)


def score(session, test):
    # Nothing comes before the letters that the model knows, and a blank behind them.
    letters = ["", *session.get_modelmeta().custom_metadata_map["character"].splitlines(), " "]
    for picture, text in zip(test["x"], test["labels"]):
        (scores,) = session.run(None, {session.get_inputs()[0].name: picture[None]})
        read = "".join(letters[place] for place in without_repeats(scores[0].argmax(axis=1)))
        yield read.replace(" ", "") == text.replace(" ", "")


def without_repeats(places):
    return [place for at, place in enumerate(places) if at == 0 or place != places[at - 1]]
