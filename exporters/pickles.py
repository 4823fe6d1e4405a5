"""Loads what was pickled, only where the user has said that it may run."""

import os

from refusals import ConsentNeeded, Refused, require

#: Types that skops does not know, and that take no more of a file than a text of a model. Trees of scikit-learn are not
#: among them: theirs are indices that it follows without a look.
SAFE_TYPES = {
    "collections.OrderedDict",
    "lightgbm.basic.Booster",
    "lightgbm.sklearn.LGBMClassifier",
    "lightgbm.sklearn.LGBMRegressor",
}


def load_pickle(request):
    """A model of scikit-learn's kind: skops, or a pickle of whatever sort."""
    path = request["model"]
    if path.endswith(".skops"):
        return load_skops(path, request["isTrusted"])
    ask_consent(request, path)
    if request.get("format") == "cloudpickle":
        require("cloudpickle")
    if path.endswith(".joblib"):
        require("joblib")
        import joblib

        return joblib.load(path)
    import pickle

    with open(path, "rb") as file:
        return pickle.load(file)


def ask_consent(request, path):
    if not request["isTrusted"]:
        raise ConsentNeeded(f"{os.path.basename(path)} holds pickled objects, which can run any code while they are loaded.")


def load_skops(path, is_trusted):
    require("skops")
    import skops.io

    unknown = skops.io.get_untrusted_types(file=path)
    strange = [name for name in unknown if name not in SAFE_TYPES]
    if strange and not is_trusted:
        raise ConsentNeeded(f"{os.path.basename(path)} has objects of a type that can do harm when it is loaded: {strange[0]}.")
    try:
        return skops.io.load(path, trusted=unknown)
    except Exception as error:
        raise Refused(f"{os.path.basename(path)} cannot be loaded: {error}") from error
