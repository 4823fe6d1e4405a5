"""Logs traces to MLFLOW_TRACKING_URI, with all that a trace can have."""

import json

import mlflow
from mlflow import MlflowClient
from mlflow.entities import AssessmentSource, Link, SpanType
from mlflow.tracing.attachments import Attachment

client = MlflowClient()
experiment = client.create_experiment("questions")
mlflow.set_experiment(experiment_id=experiment)

traces = []
with mlflow.start_span("ask", span_type=SpanType.CHAIN) as root:
    root.set_inputs({"question": "größe?", "n": [1, 2.5, None, True, 2**60], "text": "[1]"})
    with mlflow.start_span("look up", span_type=SpanType.RETRIEVER) as child:
        child.set_attributes({"k": 3, "score": 1.0, "odd": "1", "deep": {"a": [{"b": "c"}]}})
        child.set_inputs("größe")
        child.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7})
        child.set_attribute("mlflow.llm.cost", {"input_cost": 1.0, "output_cost": 0.25, "total_cost": 1.25})
    try:
        with mlflow.start_span("fails"):
            raise ValueError("no answer")
    except ValueError:
        pass
    root.set_outputs({"answer": "42", "picture": Attachment(content_type="image/png", content_bytes=b"\x89PNG\r\n")})
    mlflow.update_current_trace(tags={"stage": "test"}, metadata={"mlflow.trace.session": "s-1"})
traces.append(root.trace_id)
mlflow.flush_trace_async_logging()
human = AssessmentSource(source_type="HUMAN", source_id="ada")
judged = mlflow.log_feedback(trace_id=root.trace_id, name="good", value=0.5, source=human, rationale="so so")
mlflow.override_feedback(trace_id=root.trace_id, assessment_id=judged.assessment_id, value=True, source=human)
mlflow.log_expectation(trace_id=root.trace_id, name="answer", value={"text": "42", "ids": [1]}, metadata={"by": "hand"})

for number in range(3):
    with mlflow.start_span(f"short {number}") as span:
        span.set_outputs(number)
    traces.append(span.trace_id)
with mlflow.start_span("linked") as linked:
    linked.add_link(Link(trace_id=traces[0], span_id=root.span_id, attributes={"why": "follows"}))
traces.append(linked.trace_id)
mlflow.flush_trace_async_logging()
print(json.dumps({"traces": traces}))
