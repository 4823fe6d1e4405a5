"""Makes a model smaller as the presets of others do, with the settings that they come with.

    python preset.py PRESET MODEL.onnx OUT.onnx SAMPLES.npz

Fails where the preset does. Olive is called in this process: its program waits for ten seconds in the end.
"""

import pathlib
import shutil
import sys
import tempfile

preset, model, out, samples = sys.argv[1:]

# More make no better range, and ONNX Runtime keeps what it sees of all of them.
calibrated = 64


def runtime_dynamic(source):
    from onnxruntime.quantization import quantize_dynamic

    quantize_dynamic(source, out)


def runtime_static(source, **settings):
    import numpy
    from onnxruntime.quantization import CalibrationDataReader, quantize_static

    class Samples(CalibrationDataReader):
        def __init__(self):
            with numpy.load(samples) as arrays:
                self.arrays = {name: arrays[name][:calibrated] for name in arrays.files if name != "labels"}
            self.is_whole_run = "state" in self.arrays
            self.places = iter(range(calibrated))

        def get_next(self):
            place = next(self.places, None)
            if place is None:
                return None
            chosen = place if self.is_whole_run else slice(place, place + 1)
            return {name: numpy.asarray(array[chosen]) for name, array in self.arrays.items()}

    quantize_static(source, out, Samples(), **settings)


def runtime_static_channels(source):
    from onnxruntime.quantization import QuantType

    runtime_static(source, per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)


def runtime_fp16(source):
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    onnx.save(convert_float_to_float16(onnx.load(source), keep_io_types=True), out)


def olive(source, *words):
    from olive.cli.launcher import main

    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder) / "made"
        main(["quantize", "-m", str(source), "-o", str(place), *words, "--disable_telemetry"])
        (made,) = place.glob("**/*.onnx")
        shutil.copy(made, out)
        for beside in made.parent.glob("*.data"):
            shutil.copy(beside, pathlib.Path(out).parent)


def preprocess(folder):
    """As the documentation of the quantizer has it; a model that it cannot take is given as it is."""
    from onnxruntime.quantization.shape_inference import quant_pre_process

    target = str(pathlib.Path(folder) / "model.onnx")
    try:
        quant_pre_process(model, target)
    except Exception as error:  # noqa: BLE001
        print(f"without preprocessing: {error}", file=sys.stderr)
        return model
    return target


presets = {
    "runtime-dynamic": runtime_dynamic,
    "runtime-static": runtime_static,
    "runtime-static-channels": runtime_static_channels,
    "runtime-fp16": runtime_fp16,
    "olive-int8": lambda source: olive(source, "--precision", "int8", "--implementation", "ort"),
    "olive-int4": lambda source: olive(source, "--precision", "int4", "--implementation", "olive"),
}
with tempfile.TemporaryDirectory() as folder:
    presets[preset](model if preset.startswith("olive") else preprocess(folder))
