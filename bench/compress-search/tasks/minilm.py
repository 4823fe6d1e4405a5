"""Finds for the first sentence of a docstring what follows it, among what follows all the others."""

import numpy
import tokenizers

from . import texts

test_pairs = 400
length = 48


def prepare(unpacked, folder):
    tokenizer = tokenizers.Tokenizer.from_file(str(unpacked / "all-minilm-l6-v2-tokenizer.json"))
    tokenizer.enable_truncation(length)
    tokenizer.enable_padding(length=length)
    pairs = texts.pairs(test_pairs + 100)
    # The same places of all that was found, so that neither is of one package alone.
    is_test = [index % 5 != 0 for index in range(len(pairs))]
    test = [pair for pair, chosen in zip(pairs, is_test) if chosen]
    samples = [text for pair, chosen in zip(pairs, is_test) if not chosen for text in pair]
    numpy.savez(folder / "samples.npz", **encode(tokenizer, samples))
    numpy.savez(folder / "test.npz", **encode(tokenizer, [first for first, _ in test] + [last for _, last in test]))


def encode(tokenizer, sentences):
    encoded = tokenizer.encode_batch(sentences)
    return {
        "input_ids": numpy.array([each.ids for each in encoded], dtype="int64"),
        "attention_mask": numpy.array([each.attention_mask for each in encoded], dtype="int64"),
        "token_type_ids": numpy.array([each.type_ids for each in encoded], dtype="int64"),
    }


def score(session, test):
    count = len(test["input_ids"])
    embedded = numpy.concatenate([embed(session, test, start) for start in range(0, count, 16)])
    queries, answers = embedded[: count // 2], embedded[count // 2 :]
    return (queries @ answers.T).argmax(axis=1) == numpy.arange(count // 2)


def embed(session, test, start):
    """The mean over the words of a sentence, at length 1."""
    feeds = {name: array[start : start + 16] for name, array in test.items()}
    (states,) = session.run(None, feeds)
    mask = feeds["attention_mask"][:, :, None]
    means = (states * mask).sum(axis=1) / mask.sum(axis=1)
    return means / numpy.linalg.norm(means, axis=1, keepdims=True)
