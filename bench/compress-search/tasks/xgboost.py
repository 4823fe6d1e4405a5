"""A model of XGBoost, for scikit-learn's digits."""

import onnxmltools
from onnxmltools.convert.common.data_types import FloatTensorType
from xgboost import XGBClassifier

from . import digits
from .classifier import score

__all__ = ["prepare", "score"]


def prepare(unpacked, folder):
    images, labels = digits.prepare(folder)
    trees = XGBClassifier(n_estimators=50, max_depth=4, n_jobs=1, random_state=0).fit(images, labels)
    types = [("X", FloatTensorType([None, images.shape[1]]))]
    (folder / "model.onnx").write_bytes(onnxmltools.convert_xgboost(trees, initial_types=types).SerializeToString())
