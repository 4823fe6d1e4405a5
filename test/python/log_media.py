"""Logs images, audio, figures, texts and tables to two runs, as programs do, and prints the runs' ids as JSON."""

import io
import json
import os
import sys
import tempfile
import wave
from pathlib import Path

# What this script prints is read as JSON.
os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] = "true"
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import mlflow
import numpy as np
import pandas as pd
from PIL import Image

colors = {"first": (220, 60, 40), "second": (40, 90, 220)}


def picture(color, step):
    """A square of one colour with a bar that grows by the step."""
    pixels = np.full((64, 64, 3), 235, dtype=np.uint8)
    pixels[24:40, : 16 + 8 * step] = color
    return pixels


def tone(frequency):
    rate = 8000
    seconds = np.arange(rate // 4) / rate
    samples = (np.sin(2 * np.pi * frequency * seconds) * 12_000).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def scores(shift):
    """Labels with scores that part them the better the greater the shift is."""
    random = np.random.default_rng(7)
    labels = np.arange(200) % 2
    return pd.DataFrame({"label": labels, "score": np.round(random.normal(labels * shift, 1.0), 3)})


def log(name, index):
    with mlflow.start_run(run_name=name) as run, tempfile.TemporaryDirectory() as folder:
        for step in range(4):
            mlflow.log_image(picture(colors[name], step), key="val/masks", step=step)
        for step in (0, 2):
            path = Path(folder, f"sample_step_{step}.wav")
            path.write_bytes(tone(330 * (index + 1) + 110 * step))
            mlflow.log_artifact(path, "audio")
        figure, axes = plt.subplots(figsize=(2, 2))
        axes.plot([0, 1], [index, 1])
        mlflow.log_figure(figure, "plots/line.png")
        plt.close(figure)
        mlflow.log_text("".join(f"line {n}\n" for n in range(5)) + f"this is {name}\n", "notes/summary.txt")
        mlflow.log_text("the same\n", "notes/same.txt")
        mlflow.log_dict({"lr": 0.1 * (index + 1), "layers": [1, 2]}, "config.json")
        mlflow.log_table(scores(1 + index), "eval/scores.json")
        for step in (0, 10, 20):
            # The client adds the rows of each step to the table that is there.
            values = np.random.default_rng(step).normal(step / 10, 1 + index, 1000)
            counts, edges = np.histogram(values, bins=8, range=(-4, 4))
            bins = {"step": [step] * 8, "bin_start": edges[:-1], "bin_end": edges[1:], "count": counts}
            mlflow.log_table(pd.DataFrame(bins), "weights/fc1.json")
        truth = ["cat", "cat", "cat", "dog", "dog", "bird"]
        predicted = ["cat", "dog", "cat", "dog", ["cat", "dog"][index], "bird"]
        mlflow.log_table({"true label": truth, "predicted label": predicted}, "eval/predictions.json")
        mlflow.log_table({"name": ["a", "b"], "image": [Image.fromarray(picture(colors[name], n)) for n in (1, 3)]}, "eval/worst.json")
        Path(folder, "weights.bin").write_bytes(bytes(range(256)) * (index + 1))
        mlflow.log_artifact(Path(folder, "weights.bin"))
        return run.info.run_id


mlflow.set_experiment("media")
json.dump({name: log(name, index) for index, name in enumerate(colors)}, sys.stdout)
