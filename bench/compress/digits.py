"""Trains a small convolutional network on scikit-learn's digits, and exports it.

    python digits.py MODEL.onnx SAMPLES.npz TEST.npz

The same seed and one thread give the same network each time.
"""

import sys

import numpy
import torch
from sklearn.datasets import load_digits
from torch import nn

model_path, samples_path, test_path = sys.argv[1:]
torch.manual_seed(0)
torch.set_num_threads(1)

images, labels = load_digits(return_X_y=True)
images = (images / 16).astype("float32").reshape(-1, 1, 8, 8)
is_test = numpy.arange(len(images)) % 3 == 0

network = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1),
    nn.ReLU(),
    nn.Conv2d(32, 64, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(64 * 4 * 4, 128),
    nn.ReLU(),
    nn.Linear(128, 10),
)
inputs, answers = torch.from_numpy(images[~is_test]), torch.from_numpy(labels[~is_test])
optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
for _ in range(12):
    for places in torch.randperm(len(inputs)).split(64):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(inputs[places]), answers[places]).backward()
        optimizer.step()

network.eval()
torch.onnx.export(
    network,
    (inputs[:2],),
    model_path,
    input_names=["x"],
    output_names=["logits"],
    dynamic_shapes={"input": {0: torch.export.Dim("batch")}},
    external_data=False,
    dynamo=True,
)
numpy.savez(samples_path, x=images[~is_test])
numpy.savez(test_path, x=images[is_test], labels=labels[is_test])
