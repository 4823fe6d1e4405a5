"""Trains a small convolutional network on handwritten digits of MNIST."""

import json

import numpy
import torch
from torch import nn

from .classifier import score

__all__ = ["prepare", "score"]


def prepare(unpacked, folder):
    images, labels = read_digits(unpacked / "package/src/digits")
    places = numpy.random.default_rng(0).permutation(len(images))
    training, samples, test = places[:5000], places[5000:6000], places[6000:9000]
    train(images[training], labels[training], folder / "model.onnx")
    numpy.savez(folder / "samples.npz", x=images[samples], labels=labels[samples])
    numpy.savez(folder / "test.npz", x=images[test], labels=labels[test])


def read_digits(folder):
    images = []
    for digit in range(10):
        numbers = json.loads((folder / f"{digit}.json").read_text())["data"]
        images.append(numpy.array(numbers, dtype="float32").reshape(-1, 1, 28, 28))
    labels = numpy.repeat(numpy.arange(10), [len(each) for each in images])
    return numpy.concatenate(images), labels


def train(images, labels, path):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 14 * 14, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )
    inputs, answers = torch.from_numpy(images), torch.from_numpy(labels)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    for _ in range(3):
        for places in torch.randperm(len(inputs)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(inputs[places]), answers[places]).backward()
            optimizer.step()
    network.eval()
    torch.onnx.export(
        network,
        (inputs[:2],),
        path,
        input_names=["x"],
        output_names=["logits"],
        dynamic_shapes={"input": {0: torch.export.Dim("batch")}},
        external_data=False,
        dynamo=True,
    )
