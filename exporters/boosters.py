"""What the trees of XGBoost and LightGBM have in common."""

import numpy

from samples import draw_matrix, read_samples


def read_feed(request, features, names):
    """`names` of its columns, where it was trained with some."""
    samples = read_samples(request, names)
    if samples is None:
        return draw_matrix(features), "drawn"
    return samples.matrix(features), samples.origin


def float_input(features):
    from onnxmltools.convert.common.data_types import FloatTensorType

    return [("X", FloatTensorType([None, features]))]


def save(request, made):
    with open(request["out"], "wb") as file:
        file.write(made.SerializeToString())
    return [output.name for output in made.graph.output]


def to_answers(scores, is_classifier):
    """Labels and the scores of all classes, as ONNX's tree classifiers give them; one column for a regression."""
    if not is_classifier:
        return [scores.reshape(len(scores), -1)]
    if scores.ndim == 1:
        scores = numpy.stack([1 - scores, scores], axis=1)
    return [scores.argmax(axis=1), scores]
