"""torch by torch.onnx, from what MLflow keeps of a model: a pickle, or an exported program, whose archive may hold some."""

import inspect
import os

import numpy

from pickles import ask_consent
from refusals import Refused, require, versions
from samples import DRAWN_SAMPLES, read_samples


def export(request):
    require("torch", "onnx", "onnxscript")
    import torch

    model, example = load(torch, request)
    feeds, origin = read_feeds(request, model, example)
    names = list(feeds)
    args = tuple(torch.from_numpy(numpy.ascontiguousarray(array)) for array in feeds.values())
    with torch.no_grad():
        answers = model(*args)
    answers = list(answers.values()) if isinstance(answers, dict) else answers
    answers = list(answers) if isinstance(answers, (list, tuple)) else [answers]
    outputs = [f"output_{at}" if len(answers) > 1 else "output" for at in range(len(answers))]
    convert(torch, model, args, names, outputs, request)
    return {
        "feeds": feeds,
        "origin": origin,
        "outputs": {name: answer.detach().cpu().numpy() for name, answer in zip(outputs, answers)},
        "scores": {},
        "versions": versions("torch", "onnx", "onnxscript"),
    }


def load(torch, request):
    """The module for evaluation, and the inputs that were kept with it, if any."""
    path = request["model"]
    ask_consent(request, path)
    if path.endswith(".pt2"):
        program = torch.export.load(path)
        kept = program.example_inputs
        return program.module(), None if kept is None else kept[0]
    model = torch.load(path, map_location="cpu", weights_only=False)
    if not isinstance(model, torch.nn.Module):
        raise Refused(f"{os.path.basename(path)} has a {type(model).__name__} and no module: save all of the model.")
    return model.eval(), None


def read_feeds(request, model, example):
    samples = read_samples(request)
    if samples is None and example is not None:
        return {f"input_{at}" if len(example) > 1 else "input": each.numpy() for at, each in enumerate(example)}, "example"
    if samples is not None:
        arrays = {"input": samples.matrix()} if samples.table is not None else order(model, samples.arrays)
        # As MLflow does with examples; integers stay what they are.
        floats = {name: array.astype(numpy.float32) for name, array in arrays.items() if array.dtype.kind == "f"}
        return {**arrays, **floats}, samples.origin
    shape = request.get("shape")
    if not shape:
        raise Refused("A module does not say what it takes, and no example was logged with it: give samples.")
    sizes = [DRAWN_SAMPLES, *(8 if size < 0 else size for size in shape[1:])]
    return {"input": numpy.random.default_rng(0).normal(size=sizes).astype(numpy.float32)}, "drawn"


def order(model, arrays):
    """In the order in which the module takes them."""
    if len(arrays) == 1:
        return {"input": next(iter(arrays.values()))}
    names = [name for name in inspect.signature(model.forward).parameters if name in arrays]
    if len(names) < len(arrays):
        raise Refused(f"The module takes no {next(name for name in arrays if name not in names)!r}.")
    return {name: arrays[name] for name in names}


def convert(torch, model, args, names, outputs, request):
    """With a number of samples that is free; a module that fixes it is exported with the one there was."""
    batch = torch.export.Dim("batch", min=1)
    counts = {arg.shape[0] for arg in args if arg.dim() > 0}
    free = tuple({0: batch} for _ in args) if len(counts) == 1 and max(counts) > 1 else None
    options = {
        "input_names": names,
        "output_names": outputs,
        "opset_version": request.get("opset"),
        "dynamo": True,
        "external_data": size_of(model) > 1 << 30,
        "verbose": False,
    }
    try:
        torch.onnx.export(model, args, request["out"], dynamic_shapes=free, **options)
    except Exception:
        if free is None:
            raise
        torch.onnx.export(model, args, request["out"], **options)


def size_of(model):
    return sum(weight.numel() * weight.element_size() for weight in model.state_dict().values())
