"""Trains a small model on what a large one answers, tracked by plain MLflow.

    runwright run --experiment distill -- python distill.py --teacher model.onnx --student pruned.onnx

The student is an ONNX model, for example one that structured pruning or low rank has made of the teacher: this is the
fine-tuning after it. `--student scratch` trains the net of `parts.py` from its first weights. `--soft 0` trains on labels
alone. What is yours to change is in `parts.py`.

Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, 2015.
"""

import argparse

import mlflow
import numpy as np
import onnxruntime
import torch
from torch.nn import functional

import parts
from export import export_student


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--teacher", required=True, help="ONNX model whose answers are learnt")
    parser.add_argument("--student", required=True, help="ONNX model to train, or scratch")
    parser.add_argument("--data", default="train.npz", help="arrays x and labels")
    parser.add_argument("--validation", default="validation.npz", help="the same, of other samples")
    parser.add_argument("--out", default="student.onnx")
    parser.add_argument("--soft", type=float, default=0.7, help="share of the loss that the teacher's answers have")
    parser.add_argument("--temperature", type=float, default=3.0, help="above 1, what it holds possible counts for more")
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def answers(path, x, batch_size=256):
    """Logits of an ONNX model for all samples, in float32."""
    session = onnxruntime.InferenceSession(path)
    name = session.get_inputs()[0].name
    batches = [session.run(None, {name: x[at : at + batch_size]})[0] for at in range(0, len(x), batch_size)]
    return np.concatenate(batches)


def distillation_loss(logits, labels, taught, soft, temperature):
    """Cross-entropy with the labels, and the divergence from the teacher's softened answers."""
    on_labels = functional.cross_entropy(logits, labels)
    given = functional.log_softmax(logits / temperature, dim=1)
    wanted = functional.softmax(taught / temperature, dim=1)
    # Gradients of softened answers are smaller by the square of the temperature.
    on_answers = functional.kl_div(given, wanted, reduction="batchmean") * temperature**2
    return (1 - soft) * on_labels + soft * on_answers


def train_epoch(student, optimizer, data, args):
    """Goes through the data once; gives the mean loss of a sample."""
    student.train()
    total = 0.0
    order = torch.randperm(len(data["labels"]))
    for at in range(0, len(order), args.batch_size):
        chosen = order[at : at + args.batch_size]
        logits = student(data["x"][chosen])
        loss = distillation_loss(logits, data["labels"][chosen], data["taught"][chosen], args.soft, args.temperature)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(chosen)
    return total / len(order)


def accuracy(logits, labels):
    return float((np.asarray(logits).argmax(axis=1) == labels).mean())


def predict(student, x, batch_size=256):
    student.eval()
    with torch.no_grad():
        return np.concatenate([student(part).numpy() for part in torch.split(x, batch_size)])


def main():
    args = read_arguments()
    torch.manual_seed(args.seed)
    train, validation = parts.load_data(args.data), parts.load_data(args.validation)
    taught = answers(args.teacher, train["x"])
    held = answers(args.teacher, validation["x"])
    student = parts.make_student(args.student)
    optimizer = parts.make_optimizer(student, args.learning_rate)
    data = {
        "x": torch.from_numpy(train["x"]),
        "labels": torch.from_numpy(train["labels"]),
        "taught": torch.from_numpy(taught),
    }
    x = torch.from_numpy(validation["x"])
    with mlflow.start_run():
        mlflow.log_params(vars(args))
        mlflow.log_metric("teacher_accuracy", accuracy(held, validation["labels"]))
        mlflow.log_metric("parameters", sum(weight.numel() for weight in student.parameters()))
        mlflow.log_metric("val_accuracy", accuracy(predict(student, x), validation["labels"]), step=0)
        for epoch in range(1, args.epochs + 1):
            loss = train_epoch(student, optimizer, data, args)
            logits = predict(student, x)
            agreement = accuracy(logits, held.argmax(axis=1))
            metrics = {"loss": loss, "val_accuracy": accuracy(logits, validation["labels"]), "agreement": agreement}
            mlflow.log_metrics(metrics, step=epoch)
            print(f"epoch {epoch}/{args.epochs}", *(f"{name} {value:.4f}" for name, value in metrics.items()), flush=True)
        largest = export_student(student, x[:1], args.out)
        mlflow.log_metric("export_difference", largest)
        mlflow.log_artifact(args.out, "model")


if __name__ == "__main__":
    main()
