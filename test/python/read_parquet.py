"""Reads runs.parquet in the working folder with pyarrow and prints its types and rows."""

import json

import pyarrow.parquet

table = pyarrow.parquet.read_table("runs.parquet")
rows = [
    {name: (value.isoformat() if hasattr(value, "isoformat") else str(value) if value != value else value) for name, value in row.items()}
    for row in table.to_pylist()
]
print(json.dumps({"types": {field.name: str(field.type) for field in table.schema}, "rows": rows}))
