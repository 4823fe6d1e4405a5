"""Keras 3: nets of dense and convolution layers as their configuration and weights, which Runwright makes ONNX of; all
others by Keras's own export, which takes torch or TensorFlow."""

import importlib.util
import json
import os

import numpy

from refusals import ConsentNeeded, Refused, require, versions
from samples import DRAWN_SAMPLES, read_samples


def export(request):
    require("keras")
    choose_backend()
    import keras

    model = load(keras, request)
    feeds, origin = read_feeds(request, model)
    given = list(feeds.values())
    answers = model.predict(given[0] if len(given) == 1 else given, verbose=0, batch_size=256)
    found = {"feeds": feeds, "origin": origin, "scores": {}, "versions": versions("keras", "jax", "torch", "tensorflow")}
    answers = answers if isinstance(answers, (list, tuple)) else [answers]
    net = describe(keras, model, request["layers"])
    if net is not None:
        weights = net.pop("weights")
        names = [f"output_{at}" for at in range(len(answers))]
        return {**found, "net": net, "weights": weights, "outputs": dict(zip(names, answers))}
    names = convert(keras, model, request)
    if len(names) != len(answers):
        raise Refused(f"Keras exported {len(names)} outputs of a model that has {len(answers)}.")
    return {**found, "outputs": dict(zip(names, answers))}


def choose_backend():
    """The one that is asked for, else one that is installed; Keras itself takes TensorFlow for granted."""
    if "KERAS_BACKEND" in os.environ:
        return
    for backend in (configured_backend(), "tensorflow", "torch", "jax"):
        if backend is not None and importlib.util.find_spec(backend) is not None:
            os.environ["KERAS_BACKEND"] = backend
            return
    require("jax")


def configured_backend():
    try:
        with open(os.path.expanduser("~/.keras/keras.json"), encoding="utf-8") as file:
            backend = json.load(file).get("backend")
            return backend if isinstance(backend, str) else None
    except (OSError, ValueError):
        return None


def load(keras, request):
    try:
        return keras.saving.load_model(request["model"], compile=False, safe_mode=not request["isTrusted"])
    except ValueError as error:
        if "safe_mode" not in str(error) and "unsafe" not in str(error):
            raise
        raise ConsentNeeded("The model has a layer with code of its own (Lambda), which runs when it is loaded.") from error


def read_feeds(request, model):
    """By the names of the inputs; a single one takes an array of whatever name."""
    samples = read_samples(request)
    tensors = model.inputs
    names = [f"input_{at}" if len(tensors) > 1 else "input" for at in range(len(tensors))]
    if samples is None:
        random = numpy.random.default_rng(0)
        shapes = [(DRAWN_SAMPLES, *(size or 8 for size in tensor.shape[1:])) for tensor in tensors]
        if any(not tensor.dtype.startswith("float") for tensor in tensors):
            raise Refused("The model takes integers, whose range it does not say: give samples.")
        drawn = [random.normal(size=shape) for shape in shapes]
        return dict(zip(names, (array.astype("float32") for array in drawn))), "drawn"
    if samples.table is not None or len(tensors) == 1:
        given = [next(iter(samples.arrays.values())) if samples.table is None else samples.matrix()]
    else:
        given = [samples.arrays.get(tensor.name) for tensor in tensors]
    if len(given) != len(tensors) or any(array is None for array in given):
        wanted = ", ".join(tensor.name for tensor in tensors)
        raise Refused(f"The samples have not what the model takes: {wanted}.")
    return {name: array.astype(tensor.dtype) for name, array, tensor in zip(names, given, tensors)}, samples.origin


def describe(keras, model, known):
    """The net as layers and what each takes; None where a layer is not `known`, or is used in a way that is not."""
    try:
        inner = model._functional if isinstance(model, keras.Sequential) else model
        calls = list_calls(inner)
        if calls is None or not all(is_known(layer, known) for layer, _ in calls):
            return None
        layers = [describe_layer(layer, call) for layer, call in calls]
        inputs, outputs = ([name_source(tensor) for tensor in group] for group in (inner.inputs, inner.outputs))
    except AttributeError:
        return None
    weights = {f"{layer.name}/{at}": array for layer, _ in calls for at, array in enumerate(layer.get_weights())}
    return {"layers": layers, "inputs": inputs, "outputs": outputs, "weights": weights}


def list_calls(net):
    """Each layer with the call that leads to the outputs, after those that it takes; None where one is called twice."""
    calls = {}

    def visit(tensor):
        layer, at, _ = tensor._keras_history
        call = layer._inbound_nodes[at]
        if layer.name in calls:
            return calls[layer.name][1] is call
        if not all(visit(given) for given in call.input_tensors):
            return False
        calls[layer.name] = (layer, call)
        return True

    return list(calls.values()) if all(visit(tensor) for tensor in net.outputs) else None


def is_known(layer, known):
    config = layer.get_config()
    return (
        type(layer).__name__ in known
        and type(layer).__module__.split(".")[0] == "keras"
        and layer.compute_dtype == "float32"
        and is_plain(config.get("activation"))
    )


def describe_layer(layer, call):
    return {
        "kind": type(layer).__name__,
        "name": layer.name,
        # What the initializers were says nothing of the weights there are.
        "config": {key: value for key, value in layer.get_config().items() if is_plain(value)},
        "inputs": [name_source(tensor) for tensor in call.input_tensors],
        "weights": [weight.name for weight in layer.weights],
        "shape": list(call.outputs[0].shape),
    }


def name_source(tensor):
    return tensor._keras_history.operation.name


def is_plain(value):
    if isinstance(value, (list, tuple)):
        return all(is_plain(each) for each in value)
    return value is None or isinstance(value, (bool, int, float, str))


def convert(keras, model, request):
    backend = keras.backend.backend()
    if backend == "torch":
        require("onnx", "onnxscript")
    else:
        require("tensorflow", "tf2onnx")
    require("onnx")
    import onnx

    options = {} if request.get("opset") is None else {"opset_version": request["opset"]}
    model.export(request["out"], format="onnx", verbose=False, **options)
    return [output.name for output in onnx.load(request["out"], load_external_data=False).graph.output]
