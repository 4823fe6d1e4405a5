"""Writes one table with every type that is read as Parquet and as each kind of Arrow file, into the working folder."""

import decimal
import json
import random

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet

ROWS = 70_000
random.seed(7)


def column(make, type, missing=0.1):
    return pa.array([None if random.random() < missing else make(row) for row in range(ROWS)], type)


def text(row):
    return random.choice(["", "مرحبا", "a\0b", f"row {row}", "x" * 300])


table = pa.table(
    {
        "id": pa.array(range(ROWS), pa.int64()),
        "bool": column(lambda row: row % 3 == 0, pa.bool_()),
        "int8": column(lambda row: row % 256 - 128, pa.int8()),
        "int32": column(lambda row: -row, pa.int32()),
        "uint64": column(lambda row: 2**64 - 1 - row, pa.uint64()),
        "float16": column(lambda row: row % 100 / 4, pa.float16()),
        "float": column(lambda row: float("nan") if row % 100 == 0 else random.random(), pa.float32()),
        "double": column(lambda row: random.gauss(0, 1e9), pa.float64()),
        "decimal32": column(lambda row: decimal.Decimal(row).scaleb(-2), pa.decimal32(9, 2)),
        "decimal64": column(lambda row: decimal.Decimal(-row).scaleb(-3), pa.decimal64(15, 3)),
        "decimal128": column(lambda row: decimal.Decimal(10**30 + row).scaleb(-4), pa.decimal128(38, 4)),
        "string": column(text, pa.string()),
        "large_string": column(text, pa.large_string()),
        "string_view": column(text, pa.string_view()),
        "category": column(lambda row: f"kind {row % 5}", pa.string()).dictionary_encode(),
        "binary": column(lambda row: row.to_bytes(4, "big"), pa.binary()),
        "fixed_binary": column(lambda row: row.to_bytes(4, "big"), pa.binary(4)),
        "binary_view": column(lambda row: b"z" * (row % 30), pa.binary_view()),
        "date": column(lambda row: row - 5000, pa.date32()),
        "time_s": column(lambda row: row, pa.time32("s")),
        "time_ms": column(lambda row: row * 1000 + 1, pa.time32("ms")),
        "time_us": column(lambda row: row * 1_000_000 + 1, pa.time64("us")),
        "time_ns": column(lambda row: row * 1_000_000_000 + 1, pa.time64("ns")),
        "second": column(lambda row: row * 86_400 - 10**9, pa.timestamp("s")),
        "milli": column(lambda row: row * 86_400_000 + 1, pa.timestamp("ms")),
        "micro": column(lambda row: row * 86_400_000_000 + 1, pa.timestamp("us")),
        "nano": column(lambda row: row * 86_400_000_000_000 + 1, pa.timestamp("ns")),
        "moment": column(lambda row: row * 3_600_000_000, pa.timestamp("us", "Asia/Riyadh")),
        "moment_ns": column(lambda row: row * 3_600_000_000_001 - 10**15, pa.timestamp("ns", "UTC")),
        "duration": column(lambda row: row * 1001, pa.duration("us")),
        "list": column(lambda row: [row, None, -row][: row % 4], pa.list_(pa.int32())),
        "vector": column(lambda row: [row / 2, 1.5, -row], pa.list_(pa.float32(), 3)),
        "struct": column(lambda row: {"x": row, "y": text(row)}, pa.struct([("x", pa.int64()), ("y", pa.string())])),
        "map": column(lambda row: [("k", row), (f"k{row}", None)], pa.map_(pa.string(), pa.int32())),
        "nested": column(lambda row: [{"a": [text(row)]}], pa.list_(pa.struct([("a", pa.list_(pa.string()))]))),
        "nothing": pa.nulls(ROWS),
    }
)

pa.parquet.write_table(table, "table.parquet")
written = []
for packed in (None, "lz4", "zstd"):
    options = pa.ipc.IpcWriteOptions(compression=packed)
    for open_writer, ending in ((pa.ipc.new_file, "arrow"), (pa.ipc.new_stream, "arrows")):
        name = f"{packed or 'plain'}.{ending}"
        with open_writer(name, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=30_000)
        written.append(name)
pa.feather.write_feather(table, "default.feather")
written.append("default.feather")

# A dictionary that grows from batch to batch.
with pa.ipc.new_stream(
    "deltas.ipc", pa.schema([("c", table["category"].type)]), options=pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
) as writer:
    for values in (["a", "b"], ["a", "b", "c"]):
        indices = pa.array(range(len(values)), pa.int32())
        writer.write_batch(pa.record_batch([pa.DictionaryArray.from_arrays(indices, pa.array(values))], names=["c"]))
print(json.dumps({"written": written}))
