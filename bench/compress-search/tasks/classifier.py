"""What classifiers have in common: the class of the largest score of the first output, or the class itself."""

import numpy


def score(session, test):
    labels = test.pop("labels")
    (name,) = test
    answers = []
    for start in range(0, len(labels), 32):
        outputs = session.run(None, {name: test[name][start : start + 32]})[0]
        answers.append(outputs if outputs.ndim == 1 else outputs.argmax(axis=1))
    return numpy.concatenate(answers) == labels
