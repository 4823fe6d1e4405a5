"""Trains a support vector machine on the digits, tracked by plain MLflow.

    runwright run --experiment digits -- python train.py --C 10

Nothing here knows Runwright: mlflow takes the server and the run from the environment.
"""

import argparse
from pathlib import Path

import mlflow
import numpy as np
from sklearn.svm import SVC

parser = argparse.ArgumentParser()
parser.add_argument("--C", type=float, default=1.0, help="how much a wrong digit costs")
parser.add_argument("--gamma", type=float, default=0.03, help="how quickly likeness fades with distance")
args = parser.parse_args()

table = np.loadtxt(Path(__file__).parent / "data/digits.csv", delimiter=",", skiprows=1)
images, labels = table[:, :-1] / 16, table[:, -1].astype(int)
# Of every five rows the first is for testing, the second for validation: the same split as in train.ts.
fifth = np.arange(len(table)) % 5
test, validation, train = fifth == 0, fifth == 1, fifth > 1

mlflow.sklearn.autolog(log_post_training_metrics=False)
with mlflow.start_run():
    model = SVC(C=args.C, gamma=args.gamma).fit(images[train], labels[train])
    val_accuracy = model.score(images[validation], labels[validation])
    test_accuracy = model.score(images[test], labels[test])
    mlflow.log_metrics({"val_accuracy": val_accuracy, "test_accuracy": test_accuracy})
    print(f"val_accuracy {val_accuracy:.4f}  test_accuracy {test_accuracy:.4f}")
