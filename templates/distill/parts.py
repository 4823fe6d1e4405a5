"""What is yours to change: the data, the student and how it is trained."""

import numpy as np
import torch
from torch import nn


def load_data(path):
    """Inputs as float32, [samples, ...], and the class of each as int64."""
    with np.load(path) as arrays:
        return {"x": arrays["x"].astype(np.float32), "labels": arrays["labels"].astype(np.int64)}


def make_student(source):
    """The net to train. It gives logits, not probabilities."""
    if source == "scratch":
        return nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    # Makes a torch module of most ONNX models, with their weights.
    import onnx2torch

    return onnx2torch.convert(source)


def make_optimizer(student, learning_rate):
    return torch.optim.AdamW(student.parameters(), lr=learning_rate)
