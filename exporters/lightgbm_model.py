"""LightGBM by onnxmltools, from its own text files, which run nothing when they are loaded."""

from boosters import float_input, read_feed, save, to_answers
from pickles import load_pickle
from refusals import require, versions
from sklearn_model import pair


def export(request):
    require("lightgbm", "onnxmltools", "onnx", "skl2onnx")
    import lightgbm
    from onnxmltools.convert import convert_lightgbm

    booster = load(lightgbm, request)
    features = booster.num_feature()
    names = booster.feature_name()
    # Those that it makes up itself are no names of columns.
    x, origin = read_feed(request, features, None if names[:1] == ["Column_0"] else names)
    made = convert_lightgbm(
        booster, initial_types=float_input(features), zipmap=False, target_opset=request.get("opset")
    )
    # The converter says that there is one label, however many samples there are.
    label = made.graph.output[0].type.tensor_type
    if label.shape.dim and label.elem_type != 1:
        label.shape.dim[0].Clear()
    objective = str(booster.params.get("objective") or booster.dump_model().get("objective", "")).split(" ")[0]
    is_classifier = objective in ("binary", "multiclass", "multiclassova")
    return {
        "feeds": {"X": x},
        "origin": origin,
        **pair(save(request, made), to_answers(booster.predict(x), is_classifier)),
        "versions": versions("lightgbm", "onnxmltools", "onnx"),
    }


def load(lightgbm, request):
    if request["model"].endswith((".skops", ".pkl", ".pickle", ".joblib")):
        model = load_pickle(request)
        return model if isinstance(model, lightgbm.Booster) else model.booster_
    return lightgbm.Booster(model_file=request["model"])
