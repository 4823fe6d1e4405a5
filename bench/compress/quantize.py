"""Quantizes a model as ONNX Runtime's own tools do, with the settings that ours are given.

    python quantize.py dynamic MODEL OUT
    python quantize.py int4 MODEL OUT
    python quantize.py static MODEL OUT --data SAMPLES.npz [--samples N] [--method MinMax]
"""

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("kind", choices=["dynamic", "int4", "static"])
parser.add_argument("model")
parser.add_argument("out")
parser.add_argument("--data")
parser.add_argument("--samples", type=int)
parser.add_argument("--method", default="MinMax")
args = parser.parse_args()


def quantize_dynamically():
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        args.model,
        args.out,
        op_types_to_quantize=["MatMul", "LSTM"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"EnableSubgraph": True},
    )


def quantize_weights():
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    quantizer = MatMulNBitsQuantizer(args.model, bits=4, block_size=128, is_symmetric=False)
    quantizer.process()
    quantizer.model.save_model_to_file(args.out, False)


def quantize_statically():
    import numpy
    from onnxruntime.quantization import (
        CalibrationDataReader,
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.registry import QDQRegistry, QLinearOpsRegistry

    class Samples(CalibrationDataReader):
        """One sample at a time, as its documentation has it."""

        def __init__(self):
            with numpy.load(args.data) as arrays:
                self.arrays = {name: arrays[name] for name in arrays.files if name != "labels"}
            self.place = 0

        def get_next(self):
            if self.place == args.samples:
                return None
            self.place += 1
            return {name: array[self.place - 1 : self.place] for name, array in self.arrays.items()}

    quantize_static(
        args.model,
        args.out,
        Samples(),
        quant_format=QuantFormat.QDQ,
        # The runtime multiplies no weights of this one in integers, so ours leaves them alone.
        op_types_to_quantize=sorted({*QDQRegistry, *QLinearOpsRegistry} - {"ConvTranspose"}),
        per_channel=True,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        calibrate_method=CalibrationMethod[args.method],
        # Ours multiplies known matrices alone, too.
        extra_options={"MatMulConstBOnly": True},
    )


{"dynamic": quantize_dynamically, "int4": quantize_weights, "static": quantize_statically}[args.kind]()
