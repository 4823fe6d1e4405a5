"""Writes arrays of every kind with NumPy, or says what NumPy reads in a file."""

import json
import sys

import numpy as np


def arrays():
    values = np.arange(24).reshape(2, 3, 4)
    made = {
        name: values.astype(name)
        for name in ["f4", "f8", "f2", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "bool", ">f4", ">i8", ">u2"]
    }
    made["fortran"] = np.asfortranarray(values.astype("f4"))
    made["fortran texts"] = np.asfortranarray(np.array([["a", "bc"], ["d", "é"]]))
    made["texts"] = np.array(["", "é", "𝄞 clef", "two words"])
    made["big texts"] = np.array(["", "é"], dtype=">U4")
    made["bytes"] = np.array([b"ab", b"", "é".encode()])
    made["scalar"] = np.float32(1.5)
    made["none"] = np.zeros((0, 3), "f4")
    made["é/nested"] = np.array([1, 2], "i4")
    return made


def tell(file):
    """As JSON: the type, the shape, and the elements as texts of row-major order."""
    return {
        name: {
            "dtype": "string" if file[name].dtype.kind in "US" else file[name].dtype.name,
            "dims": list(file[name].shape),
            "data": [
                value.decode() if isinstance(value, bytes) else value if isinstance(value, str) else str(float(value))
                for value in np.ravel(file[name], order="C")
            ],
        }
        for name in file
    }


action, path = sys.argv[1:]
if action == "write":
    np.savez(path + "/plain.npz", **arrays())
    np.savez_compressed(path + "/packed.npz", **arrays())
    np.save(path + "/one.npy", arrays()["fortran"])
    print(json.dumps(tell(arrays())))
else:
    print(json.dumps(tell(np.load(path, allow_pickle=False))))
