"""scikit-learn by skl2onnx, also with models of XGBoost and LightGBM inside of pipelines."""

import numpy

from pickles import load_pickle
from refusals import Refused, require, versions
from samples import draw_matrix, read_samples


def export(request):
    require("sklearn", "skl2onnx", pip={"sklearn": "scikit-learn"})
    model = load_pickle(request)
    columns = getattr(model, "feature_names_in_", None)
    samples = read_samples(request, None if columns is None else [str(name) for name in columns])
    if samples is None:
        features = getattr(model, "n_features_in_", None)
        if features is None or takes_columns(model, None):
            raise Refused("The model does not say what it takes, and no example was logged with it: give samples.")
        feeds, origin = {"X": draw_matrix(features)}, "drawn"
    elif takes_columns(model, samples):
        feeds, origin = {name: to_feed(column) for name, column in samples.table.items()}, samples.origin
    else:
        feeds, origin = {"X": samples.matrix(getattr(model, "n_features_in_", None))}, samples.origin
    outputs = convert(request, model, feeds)
    answers = predict(model, feeds)
    return {
        "feeds": feeds,
        "origin": origin,
        **pair(outputs, answers),
        "versions": versions("scikit-learn", "skl2onnx", "onnx"),
    }


def takes_columns(model, samples):
    """Whether it chooses columns by their names, or takes texts: then each column is an input of its own."""
    from sklearn.compose import ColumnTransformer

    def is_named(columns):
        return not isinstance(columns, slice) and any(isinstance(name, str) for name in numpy.atleast_1d(columns))

    def chooses(part):
        if isinstance(part, ColumnTransformer):
            return any(is_named(columns) for _, _, columns in part.transformers)
        return any(chooses(step) for _, step in getattr(part, "steps", []))

    if samples is None:
        return chooses(model)
    if samples.table is None:
        return False
    return chooses(model) or any(column.dtype.kind not in "biuf" for column in samples.table.values())


def to_feed(column):
    column = column.astype(numpy.float32) if column.dtype.kind in "biuf" else column.astype(str)
    return column.reshape(-1, 1)


def convert(request, model, feeds):
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    register_boosters()
    types = [
        (name, (FloatTensorType if array.dtype.kind == "f" else StringTensorType)([None, array.shape[1]]))
        for name, array in feeds.items()
    ]
    from skl2onnx import __max_supported_opset__

    # Boosters know no later version of the operators for trees; it can do what the later ones can.
    opsets = {"": request.get("opset") or __max_supported_opset__, "ai.onnx.ml": 3}
    try:
        # Scores as one tensor instead of a list of maps.
        made = convert_sklearn(model, initial_types=types, options=zipmap_options(model), target_opset=opsets)
    except NameError as error:
        if "zipmap" not in str(error):
            raise
        made = convert_sklearn(model, initial_types=types, target_opset=opsets)
    with open(request["out"], "wb") as file:
        file.write(made.SerializeToString())
    return [output.name for output in made.graph.output]


def zipmap_options(model):
    from sklearn.base import is_classifier

    return {id(model): {"zipmap": False}} if is_classifier(model) else None


def register_boosters():
    """So that a pipeline may end in one of them; without onnxmltools skl2onnx says what it does not know."""
    try:
        from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
        from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
        from skl2onnx import update_registered_converter
        from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes as classes
        from skl2onnx.common.shape_calculator import calculate_linear_regressor_output_shapes as numbers
    except ImportError:
        return
    options = {"options": {"nocl": [True, False], "zipmap": [True, False, "columns"]}}
    try:
        from xgboost import XGBClassifier, XGBRegressor

        update_registered_converter(XGBClassifier, "XGBoostXGBClassifier", classes, convert_xgboost, **options)
        update_registered_converter(XGBRegressor, "XGBoostXGBRegressor", numbers, convert_xgboost)
    except ImportError:
        pass
    try:
        from lightgbm import LGBMClassifier, LGBMRegressor

        update_registered_converter(LGBMClassifier, "LightGbmLGBMClassifier", classes, convert_lightgbm, **options)
        update_registered_converter(
            LGBMRegressor, "LightGbmLGBMRegressor", numbers, convert_lightgbm, options={"split": None}
        )
    except ImportError:
        pass


def predict(model, feeds):
    """What the model answers, in the order of the outputs that its converter makes."""
    from sklearn.base import is_classifier, is_outlier_detector, is_regressor

    if list(feeds) == ["X"]:
        # The same numbers in the type that most were fitted with.
        x = feeds["X"].astype(numpy.float64)
    else:
        require("pandas")
        import pandas

        columns = {name: column[:, 0] for name, column in feeds.items()}
        x = pandas.DataFrame({n: c.astype(numpy.float64) if c.dtype.kind == "f" else c for n, c in columns.items()})
    if is_classifier(model):
        scores = model.predict_proba(x) if hasattr(model, "predict_proba") else None
        return [model.predict(x), scores if isinstance(scores, numpy.ndarray) else None]
    if is_outlier_detector(model):
        return [model.predict(x), model.decision_function(x)]
    if is_regressor(model):
        return [model.predict(x)]
    if hasattr(model, "predict"):
        return [model.predict(x), model.transform(x) if hasattr(model, "transform") else None]
    return [model.transform(x)]


def pair(names, answers):
    """Outputs by the names that they have in ONNX; scores are what a label goes by."""
    known = {name: answer for name, answer in zip(names, answers) if answer is not None}
    scores = {names[0]: names[1]} if len(names) > 1 and len(answers) > 1 and answers[1] is not None else {}
    return {"outputs": known, "scores": scores}
