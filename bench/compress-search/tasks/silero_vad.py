"""Tells speech from what is none. Speech is made by a synthesizer, so it is known where it is; noise lies over all of it."""

import ctypes
import functools

import espeakng_loader
import numpy
import scipy.ndimage
import scipy.signal

from . import texts

rate = 16_000
frame = 512
context = 64


def prepare(unpacked, folder):
    import onnxruntime

    # The search is given states as the model itself comes to them.
    session = onnxruntime.InferenceSession(unpacked / "silero_vad/data/silero_vad_op18_ifless.onnx")
    sentences = texts.phrases(40, 20, 60)
    audio, labels = record(sentences[::4], 0)
    states = []
    listen(session, audio, states)
    places = numpy.arange(len(states))
    frames = numpy.stack([frame_of(audio, place) for place in places])
    numpy.savez(
        folder / "samples.npz",
        input=frames[:, None],
        state=numpy.stack(states),
        sr=numpy.full(len(states), rate, dtype="int64"),
        labels=labels.astype("int64"),
    )
    audio, labels = record([text for index, text in enumerate(sentences) if index % 4 != 0], 1)
    numpy.savez(folder / "test.npz", audio=audio, labels=labels)


def record(sentences, seed):
    """Sentences with pauses between them, and of each frame whether somebody speaks."""
    random = numpy.random.default_rng(seed)
    parts = []
    for text in sentences:
        voice = speak(text, int(random.integers(120, 200)), int(random.integers(30, 80)))
        parts += [numpy.zeros(int(random.integers(rate // 2, rate * 3 // 2))), voice]
    clean = numpy.concatenate(parts)
    clean = clean[: len(clean) // frame * frame]
    loudness = numpy.sqrt((clean.reshape(-1, frame) ** 2).mean(axis=1))
    # A short stop within a word is speech, too.
    is_speech = scipy.ndimage.binary_closing(loudness > 0.01, iterations=4)
    noise = scipy.signal.lfilter([1], [1, -0.9], random.normal(0, 0.004, len(clean)))
    return (clean + noise).astype("float32"), is_speech


@functools.cache
def open_synthesizer():
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    # Told to wait for each text, it gives sound to whom it calls, and plays none.
    own_rate = library.espeak_Initialize(2, 0, str(espeakng_loader.get_data_path()).encode(), 0)
    library.espeak_SetVoiceByName(b"en")
    return library, own_rate


def speak(text, words_a_minute, pitch):
    library, own_rate = open_synthesizer()
    pieces = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
    def keep(samples, count, _):
        if samples and count > 0:
            pieces.append(numpy.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    library.espeak_SetSynthCallback(keep)
    library.espeak_SetParameter(1, words_a_minute, 0)
    library.espeak_SetParameter(3, pitch, 0)
    said = text.encode() + b"\0"
    library.espeak_Synth(said, ctypes.c_size_t(len(said)), 0, 1, 0, 1, None, None)
    return scipy.signal.resample_poly(numpy.concatenate(pieces) / 32768, rate, own_rate)


def frame_of(audio, place):
    """A frame behind the end of the one before it."""
    start = place * frame - context
    before = numpy.zeros(max(0, -start), dtype="float32")
    return numpy.concatenate([before, audio[max(0, start) : start + context + frame]])


def listen(session, audio, states):
    state = numpy.zeros((2, 1, 128), dtype="float32")
    chances = []
    for place in range(len(audio) // frame):
        states.append(state)
        feeds = {"input": frame_of(audio, place)[None], "state": state, "sr": numpy.array(rate)}
        chance, state = session.run(["output", "stateN"], feeds)
        chances.append(chance[0, 0])
    return numpy.array(chances)


def score(session, test):
    return (listen(session, test["audio"], []) >= 0.5) == test["labels"]
