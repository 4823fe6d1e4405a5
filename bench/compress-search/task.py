"""Data for a model, and how good the model is at it.

    python task.py prepare NAME UNPACKED FOLDER
    python task.py score NAME MODEL.onnx FOLDER

`prepare` writes into the folder: `samples.npz`, which presets and searches are given, and `test.npz`, which they are not;
and `model.onnx` where the model lies in no package. `score` prints a number from 0 to 1 for each sample of the test, in
the order of the test. Both are the same each time.
"""

import importlib
import json
import pathlib
import sys

action, name, *paths = sys.argv[1:]
task = importlib.import_module(f"tasks.{name.replace('-', '_')}")

if action == "prepare":
    unpacked, folder = map(pathlib.Path, paths)
    task.prepare(unpacked, folder)
else:
    import numpy
    import onnxruntime

    model, folder = paths
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    with numpy.load(pathlib.Path(folder) / "test.npz", allow_pickle=False) as test:
        print(json.dumps([float(score) for score in task.score(session, dict(test))]))
