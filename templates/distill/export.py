"""The student as ONNX, and the proof that it is the same model."""

import numpy as np
import onnxruntime
import torch


def export_student(student, sample, path):
    """Writes ONNX for batches of any size; gives the largest difference of an output from torch's."""
    student.eval()
    torch.onnx.export(
        student,
        (sample,),
        path,
        input_names=["x"],
        output_names=["logits"],
        dynamic_axes={"x": {0: "batch"}, "logits": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    with torch.no_grad():
        wanted = student(sample).numpy()
    (given,) = onnxruntime.InferenceSession(path).run(None, {"x": sample.numpy()})
    largest = float(np.abs(given - wanted).max())
    if not largest <= 1e-3 * max(1.0, float(np.abs(wanted).max())):
        raise ValueError(f"{path} answers otherwise than the student: by {largest}")
    return largest
