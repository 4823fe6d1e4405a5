"""Which of several processes this one is, whoever started them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

_first_port = 20_000


@dataclass(frozen=True)
class World:
    """The processes of one training."""

    rank: int
    """This process among all, 0 … size - 1."""
    size: int
    local_rank: int
    """This process among those on this node: the index of its GPU."""
    local_size: int | None
    """Processes on this node; None where the launcher does not tell."""
    node_rank: int
    master_addr: str
    master_port: int

    @property
    def is_main(self) -> bool:
        """Whether this is the process that writes checkpoints and logs metrics."""
        return self.rank == 0

    def environment(self) -> dict[str, str]:
        """What torch.distributed reads with `init_method="env://"`, for launchers such as srun that do not set it."""
        return {
            "RANK": str(self.rank),
            "WORLD_SIZE": str(self.size),
            "LOCAL_RANK": str(self.local_rank),
            "MASTER_ADDR": self.master_addr,
            "MASTER_PORT": str(self.master_port),
        }


class _Launcher(NamedTuple):
    """Names of variables; the first two must be there."""

    rank: str
    size: str
    local_rank: str
    local_size: str
    node_rank: str


_launchers = (
    # torchrun, and with it accelerate and deepspeed: https://docs.pytorch.org/docs/stable/elastic/run.html
    _Launcher("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE", "GROUP_RANK"),
    # A step of srun. In a batch script, which is one process for all tasks, the size of the step is missing.
    _Launcher("SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", "", "SLURM_NODEID"),
    # Open MPI, and MPICH or Intel MPI, by which accelerate starts processes on CPUs.
    _Launcher(
        "OMPI_COMM_WORLD_RANK",
        "OMPI_COMM_WORLD_SIZE",
        "OMPI_COMM_WORLD_LOCAL_RANK",
        "OMPI_COMM_WORLD_LOCAL_SIZE",
        "OMPI_COMM_WORLD_NODE_RANK",
    ),
    _Launcher("PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS", ""),
)


def world(env: Mapping[str, str] | None = None) -> World:
    """
    Reads the variables of torchrun, accelerate, deepspeed, Lightning, srun or mpirun; alone, it is rank 0 of 1.

    Raises ValueError when they contradict each other.
    """
    variables = os.environ if env is None else env
    launcher = next((each for each in _launchers if each.rank in variables and each.size in variables), None)
    found = _read_lightning(variables) if launcher is None else _read(launcher, variables)
    if not 0 <= found.rank < found.size or found.local_rank < 0:
        raise ValueError(f"Rank {found.rank} (local rank {found.local_rank}) does not fit a world of {found.size}.")
    return found


def _read(names: _Launcher, env: Mapping[str, str]) -> World:
    rank = _number(env, names.rank, 0)
    local_size = _number(env, names.local_size, 0) or _tasks_of_node(env, names)
    node_rank = _number(env, names.node_rank, _number(env, "NODE_RANK", 0))
    local_rank = _number(env, names.local_rank, rank % local_size if local_size else rank)
    return _world(env, rank, _number(env, names.size, 1), local_rank, local_size, node_rank)


def _read_lightning(env: Mapping[str, str]) -> World:
    """Lightning starts the other processes of a node with a local rank only; the first one has no variables."""
    node_rank, local_rank = _number(env, "NODE_RANK", 0), _number(env, "LOCAL_RANK", 0)
    local_size = _number(env, "LOCAL_WORLD_SIZE", 0) or None
    rank = node_rank * (local_size or 0) + local_rank
    if node_rank > 0 and local_size is None:
        raise ValueError("NODE_RANK is set, but RANK is not: set RANK, or LOCAL_WORLD_SIZE to the processes per node.")
    return _world(env, rank, _number(env, "WORLD_SIZE", rank + 1), local_rank, local_size, node_rank)


def _world(
    env: Mapping[str, str], rank: int, size: int, local_rank: int, local_size: int | None, node_rank: int
) -> World:
    address = env.get("MASTER_ADDR") or first_host(env.get("SLURM_STEP_NODELIST", "")) or "127.0.0.1"
    # All processes of a Slurm job come to the same port, and those of another job on the node to another one.
    port = _number(env, "MASTER_PORT", _first_port + _number(env, "SLURM_JOB_ID", 0) % 10_000)
    return World(rank, size, local_rank, local_size, node_rank, address, port)


def _tasks_of_node(env: Mapping[str, str], names: _Launcher) -> int | None:
    """From a list such as `4(x2),3`, which is 4, 4, 3."""
    if names.rank != "SLURM_PROCID":
        return None
    counts: list[int] = []
    for part in env.get("SLURM_STEP_TASKS_PER_NODE", "").split(","):
        match = re.fullmatch(r"(\d+)(?:\(x(\d+)\))?", part)
        if match:
            counts += [int(match[1])] * int(match[2] or 1)
    node = _number(env, names.node_rank, 0)
    return counts[node] if node < len(counts) else None


def first_host(hosts: str) -> str:
    """The first of a Slurm host list such as `gpu[01-03,7],login`: `gpu01`. Empty for an empty list."""
    match = re.match(r"([^,\[]*)(?:\[([^,\]-]+)[^\]]*\]([^,\[]*))?", hosts)
    return "".join(part or "" for part in match.groups()) if match else ""


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    try:
        return int(text) if text else default
    except ValueError:
        raise ValueError(f"{name} is {text!r}, which is no whole number.") from None
