"""Real texts, out of the documentation of packages that are installed."""

import ast
import pathlib
import re

import numpy
import scipy
import sklearn


def docstrings():
    """The paragraphs of each docstring, those of one that has two at least, and none twice."""
    seen = set()
    for package in (numpy, scipy, sklearn):
        for path in sorted(pathlib.Path(package.__file__).parent.rglob("*.py")):
            if "tests" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
                if not isinstance(node, ast.FunctionDef | ast.ClassDef):
                    continue
                paragraphs = [" ".join(each.split()) for each in (ast.get_docstring(node) or "").split("\n\n")]
                if len(paragraphs) > 1 and seen.isdisjoint(paragraphs[:2]):
                    seen.update(paragraphs[:2])
                    yield paragraphs


def pairs(count):
    """Summaries, and what follows each of them, both as prose."""
    found = []
    for first, second, *_ in docstrings():
        if all(is_prose(each) for each in (first, second)):
            found.append((first, second))
    return spread(found, count)


def phrases(count, shortest, longest):
    """Parts of sentences, in letters, digits and points, as long as asked for in letters."""
    found = []
    for paragraphs in docstrings():
        words = re.findall(r"[A-Za-z0-9.,-]+", " ".join(paragraphs[:2]))
        for start in range(0, len(words), 4):
            phrase = " ".join(words[start : start + 4])
            if shortest <= len(phrase) <= longest:
                found.append(phrase)
    return spread(found, count)


def is_prose(text):
    return 40 <= len(text) <= 400 and not re.search(r"---|===|::|>>>|\.\. ", text)


def spread(found, count):
    """So many of them, from all over."""
    if len(found) < count:
        raise ValueError(f"{len(found)} texts were found, and {count} are wanted.")
    return [found[index * len(found) // count] for index in range(count)]
