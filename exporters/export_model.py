"""Exports a model to ONNX in the user's own Python, and runs it once for a comparison.

    python export_model.py REQUEST.json

The request says what the model is and where results go; what came of it is written to the file that the request names
as "result". Whatever a framework prints goes to the standard output and error, and means nothing. Each framework is a
module beside this one with a function `export(request)`. Standard library, the framework and its converter only.
"""

import importlib
import json
import sys
import traceback

from refusals import ConsentNeeded, Refused, require

MODULES = {
    "sklearn": "sklearn_model",
    "xgboost": "xgboost_model",
    "lightgbm": "lightgbm_model",
    "keras": "keras_model",
    "torch": "torch_model",
}


def main(path):
    with open(path, encoding="utf-8") as file:
        request = json.load(file)
    # Classes of a model that is a pickle are found where its training found them.
    if request["isTrusted"]:
        sys.path.extend(request["codeFolders"])
    try:
        require("numpy")
        module = importlib.import_module(MODULES[request["framework"]])
        result = write_arrays(request, module.export(request))
    except ConsentNeeded as error:
        result = {"error": {"kind": "consent", "message": str(error)}}
    except Refused as error:
        result = {"error": {"kind": error.kind, "message": str(error), "packages": error.packages}}
    except Exception as error:  # Whatever a framework or converter says of a model.
        traceback.print_exc()
        why = "" if error.__cause__ is None else f" ({shorten(str(error.__cause__))})"
        said = f"{type(error).__name__}: {shorten(str(error))}{why}"
        result = {"error": {"kind": "failed", "message": said, "packages": []}}
    with open(request["result"], "w", encoding="utf-8") as file:
        json.dump(result, file)


def shorten(message, most=300):
    """Converters show whole trees; what is wrong comes first."""
    line = " ".join(message.split())
    return line if len(line) <= most else f"{line[:most]}…"


def write_arrays(request, exported):
    import numpy

    for name in ("feeds", "outputs", "weights"):
        arrays = exported.pop(name, None)
        if arrays is not None:
            numpy.savez(request[name], **{key: plain(array) for key, array in arrays.items()})
    exported["versions"] = {"python": sys.version.split()[0], **exported["versions"]}
    return exported


def plain(array):
    """Texts as NumPy keeps them without pickles."""
    import numpy

    array = numpy.asarray(array)
    return array.astype(str) if array.dtype == object else array


if __name__ == "__main__":
    main(sys.argv[1])
