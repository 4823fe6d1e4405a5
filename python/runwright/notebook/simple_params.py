"""Params among the variables of a cell."""

from __future__ import annotations

import ast
from typing import Any

_most_characters = 6000


def simple_params(source: str) -> dict[str, str]:
    """
    Variables that the cell assigns once, outside of functions, loops and conditions, to what is written out in it:
    numbers, texts, truths and lists of them, and what is computed of such. What is computed of anything else is a result
    and no param. Empty for a source that is no Python.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    stored = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    values: dict[str, Any] = {}
    for statement in tree.body:
        name, value = _assignment(statement)
        if name is None or value is None or stored.count(name) > 1 or not _is_simple(value, values):
            continue
        try:
            # Of constants, operators and the params before it, as the cell itself will compute it.
            found = eval(compile(ast.Expression(value), "<param>", "eval"), {"__builtins__": {}}, dict(values))
        except Exception:  # The cell will say so by itself.
            continue
        values[name] = found
    return {name: str(value) for name, value in values.items() if len(str(value)) <= _most_characters}


def _assignment(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target: ast.expr = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return None, None
    is_param = isinstance(target, ast.Name) and not target.id.startswith("_")
    return (target.id if is_param and isinstance(target, ast.Name) else None), statement.value


def _is_simple(node: ast.expr, known: dict[str, Any]) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, (int, float, str)) or node.value is None
    if isinstance(node, ast.Name):
        return node.id in known
    if isinstance(node, ast.UnaryOp):
        return _is_simple(node.operand, known)
    if isinstance(node, ast.BinOp):
        return _is_simple(node.left, known) and _is_simple(node.right, known)
    if isinstance(node, (ast.List, ast.Tuple)):
        return all(_is_simple(each, known) for each in node.elts)
    return False
