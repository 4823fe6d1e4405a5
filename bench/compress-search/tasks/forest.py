"""A forest of scikit-learn, for its digits."""

import skl2onnx
from sklearn.ensemble import RandomForestClassifier

from . import digits
from .classifier import score

__all__ = ["prepare", "score"]


def prepare(unpacked, folder):
    images, labels = digits.prepare(folder)
    forest = RandomForestClassifier(n_estimators=100, random_state=0).fit(images, labels)
    model = skl2onnx.to_onnx(forest, images[:1], options={"zipmap": False})
    (folder / "model.onnx").write_bytes(model.SerializeToString())
