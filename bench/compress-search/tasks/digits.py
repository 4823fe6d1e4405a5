"""Scikit-learn's digits: some to train with, some to calibrate and search with, some to test with."""

import numpy
from sklearn.datasets import load_digits


def prepare(folder):
    """Writes what is not for training, and gives what is."""
    images, labels = load_digits(return_X_y=True)
    images = images.astype("float32")
    part = numpy.arange(len(images)) % 3
    numpy.savez(folder / "samples.npz", X=images[part == 1], labels=labels[part == 1])
    numpy.savez(folder / "test.npz", X=images[part == 2], labels=labels[part == 2])
    return images[part == 0], labels[part == 0]
