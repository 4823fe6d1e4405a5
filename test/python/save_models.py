"""Trains small models and saves each as MLflow does: python save_models.py FOLDER NAME…

Prints a JSON object: for each name whether it was saved, or which package is missing.
"""

import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("KERAS_BACKEND", "jax")

import mlflow
import numpy
import pandas
from mlflow.models import infer_signature

random = numpy.random.default_rng(7)
x = random.normal(size=(200, 4)).astype(numpy.float32)
y = (x[:, 0] + x[:, 1] ** 2 > 0.5).astype(int) + (x[:, 2] > 1)


def logistic(path):
    from sklearn.linear_model import LogisticRegression

    mlflow.sklearn.save_model(LogisticRegression().fit(x, y), path, input_example=x[:20])


def forest(path):
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(12, random_state=1).fit(x, numpy.array(["no", "yes", "both"])[y])
    types = ["sklearn.tree._tree.Tree"]
    mlflow.sklearn.save_model(model, path, input_example=x, skops_trusted_types=types)


def pipeline(path):
    """Columns of numbers and of texts, each prepared in its own way."""
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    table = pandas.DataFrame({"size": x[:, 0], "age": x[:, 1], "town": numpy.array(["Ulm", "Ghent", "Oslo"])[y]})
    columns = ColumnTransformer([("n", StandardScaler(), ["size", "age"]), ("t", OneHotEncoder(), ["town"])])
    model = make_pipeline(columns, GradientBoostingRegressor(random_state=1)).fit(table, x[:, 3])
    mlflow.sklearn.save_model(model, path, input_example=table[:50], serialization_format="cloudpickle")


def patched(path):
    """It answers in a way that no converter sees."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(x, y)
    model.predict_proba = lambda rows: numpy.full((len(rows), 3), 1 / 3)
    mlflow.sklearn.save_model(model, path, input_example=x[:20], serialization_format="cloudpickle")


def xgboost(path):
    from xgboost import XGBClassifier

    model = XGBClassifier(n_estimators=8, max_depth=3).fit(pandas.DataFrame(x, columns=["a", "b", "c", "d"]), y > 0)
    mlflow.xgboost.save_model(model, path, signature=infer_signature(x[:5], y[:5]), model_format="ubj")


def lightgbm(path):
    from lightgbm import LGBMRegressor

    model = LGBMRegressor(n_estimators=8, verbose=-1).fit(x, x[:, 3])
    mlflow.lightgbm.save_model(model.booster_, path, input_example=x[:20])


def keras(path):
    import keras
    from keras import layers

    keras.utils.set_random_seed(1)
    picture = keras.Input((8, 8, 1))
    net = layers.Conv2D(8, 3, padding="same", strides=2, activation="relu")(picture)
    net = layers.BatchNormalization()(net)
    deep = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)(net)
    deep = layers.Activation("hard_sigmoid")(deep)
    net = layers.Add()([deep, layers.Conv2D(16, 1, use_bias=False)(net)])
    net = layers.AveragePooling2D(2, strides=1, padding="same")(layers.ZeroPadding2D(((1, 0), (0, 1)))(net))
    flat = layers.Dense(7, activation="silu")(layers.Flatten()(net))
    both = layers.Concatenate()([layers.GlobalAveragePooling2D()(net), layers.Dropout(0.5)(flat)])
    model = keras.Model(picture, [layers.Dense(10, activation="softmax")(both), layers.Dense(1)(flat)])
    for weight in model.weights:
        if weight.name in ("moving_mean", "moving_variance", "gamma"):
            weight.assign(random.uniform(0.5, 1.5, size=weight.shape))
    pictures = random.normal(size=(5, 8, 8, 1)).astype(numpy.float32)
    mlflow.keras.save_model(model, path, signature=infer_signature(pictures))


def torch(path):
    import torch

    torch.manual_seed(1)
    parts = (torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(512, 10))
    pictures = random.normal(size=(5, 1, 8, 8)).astype(numpy.float32)
    model = torch.nn.Sequential(*parts).eval()
    mlflow.pytorch.save_model(model, path, input_example=pictures, serialization_format="pickle")


folder, *names = sys.argv[1:]
saved = {}
for name in names:
    try:
        globals()[name](os.path.join(folder, name))
        saved[name] = None
    except ImportError as error:
        saved[name] = f"{error.name or error} is not installed"
print(json.dumps(saved))
