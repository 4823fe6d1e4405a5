"""XGBoost by onnxmltools, from its own files, which run nothing when they are loaded."""

import json

from boosters import float_input, read_feed, save, to_answers
from pickles import load_pickle
from refusals import Refused, require, versions
from sklearn_model import pair


def export(request):
    require("xgboost", "onnxmltools", "onnx", "skl2onnx")
    import xgboost
    from onnxmltools.convert import convert_xgboost

    booster = load(xgboost, request)
    config = json.loads(booster.save_config())["learner"]
    objective = config["objective"]["name"]
    if config["gradient_booster"]["name"] == "gblinear":
        raise Refused("Linear boosters (gblinear) have no trees, and no converter takes them.")
    names = booster.feature_names
    # The converter knows features by their places only.
    booster.feature_names = None
    booster.feature_types = None
    features = booster.num_features()
    x, origin = read_feed(request, features, names)
    outputs = save(request, convert_xgboost(booster, initial_types=float_input(features), target_opset=request.get("opset")))
    return {
        "feeds": {"X": x},
        "origin": origin,
        **pair(outputs, predict(booster, xgboost.DMatrix(x), objective)),
        "versions": versions("xgboost", "xgboost-cpu", "onnxmltools", "onnx"),
    }


def load(xgboost, request):
    if request["model"].endswith((".skops", ".pkl", ".pickle", ".joblib")):
        model = load_pickle(request)
        return model if isinstance(model, xgboost.Booster) else model.get_booster()
    booster = xgboost.Booster()
    booster.load_model(request["model"])
    return booster


def predict(booster, data, objective):
    if objective == "multi:softmax":
        # It answers with classes alone, and what it goes by is no probability.
        return to_answers(booster.predict(data, output_margin=True), True)
    return to_answers(booster.predict(data), objective in ("binary:logistic", "multi:softprob"))
