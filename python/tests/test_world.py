from __future__ import annotations

import unittest

from runwright import World, world
from runwright.world import first_host


class WorldTest(unittest.TestCase):
    def test_alone_it_is_rank_0_of_1(self) -> None:
        self.assertEqual(world({}), World(0, 1, 0, None, 0, "127.0.0.1", 20_000))
        self.assertTrue(world({}).is_main)

    def test_torchrun_accelerate_and_deepspeed_set_the_same_variables(self) -> None:
        env = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "LOCAL_WORLD_SIZE": "4", "GROUP_RANK": "1"}
        env.update({"MASTER_ADDR": "gpu1", "MASTER_PORT": "29500"})
        self.assertEqual(world(env), World(5, 8, 1, 4, 1, "gpu1", 29500))
        self.assertFalse(world(env).is_main)

    def test_srun_tells_nodes_and_tasks(self) -> None:
        env = {"SLURM_PROCID": "6", "SLURM_STEP_NUM_TASKS": "7", "SLURM_LOCALID": "1", "SLURM_NODEID": "2"}
        env.update(
            {"SLURM_STEP_NODELIST": "gpu[03-05]", "SLURM_STEP_TASKS_PER_NODE": "3,2(x2)", "SLURM_JOB_ID": "123456"}
        )
        self.assertEqual(world(env), World(6, 7, 1, 2, 2, "gpu03", 23456))

    def test_what_slurm_22_05_sets_in_a_batch_script_is_one_process_and_in_its_step_the_world(self) -> None:
        """Recorded: sbatch -N2 --ntasks=3, its script, and the third task of an srun in it."""
        batch = {"SLURM_JOB_ID": "1", "SLURM_JOB_NODELIST": "n[1-2]", "SLURM_LOCALID": "0", "SLURM_NODEID": "0"}
        batch.update({"SLURM_NTASKS": "3", "SLURM_PROCID": "0", "SLURM_TASKS_PER_NODE": "2,1"})
        self.assertEqual((world(batch).rank, world(batch).size), (0, 1))
        step = {**batch, "SLURM_NODEID": "1", "SLURM_PROCID": "2", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_NODES": "2"}
        step.update({"SLURM_STEP_NODELIST": "n[1-2]", "SLURM_STEP_NUM_TASKS": "3", "SLURM_STEP_TASKS_PER_NODE": "2,1"})
        self.assertEqual(world(step), World(2, 3, 0, 1, 1, "n1", 20_001))

    def test_torchrun_within_srun_is_torchruns_world(self) -> None:
        outer = {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2", "SLURM_LOCALID": "0", "SLURM_NODEID": "1"}
        inner = {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}
        self.assertEqual((world({**outer, **inner}).rank, world({**outer, **inner}).size), (5, 8))

    def test_mpirun_tells_ranks(self) -> None:
        ompi = {"RANK": "3", "SIZE": "4", "LOCAL_RANK": "1", "LOCAL_SIZE": "2", "NODE_RANK": "1"}
        found = world({f"OMPI_COMM_WORLD_{name}": value for name, value in ompi.items()})
        self.assertEqual((found.rank, found.size, found.local_rank, found.local_size), (3, 4, 1, 2))
        found = world({"PMI_RANK": "3", "PMI_SIZE": "4", "MPI_LOCALRANKID": "1", "MPI_LOCALNRANKS": "2"})
        self.assertEqual((found.rank, found.size, found.local_rank, found.local_size), (3, 4, 1, 2))

    def test_lightning_gives_its_other_processes_a_local_rank_only(self) -> None:
        self.assertEqual(world({"LOCAL_RANK": "1", "WORLD_SIZE": "2", "NODE_RANK": "0"}).rank, 1)
        two_nodes = {"LOCAL_RANK": "1", "NODE_RANK": "1", "WORLD_SIZE": "4"}
        self.assertEqual(world({**two_nodes, "LOCAL_WORLD_SIZE": "2"}).rank, 3)
        with self.assertRaisesRegex(ValueError, "set RANK"):
            world(two_nodes)

    def test_its_environment_leads_to_the_same_world(self) -> None:
        srun = {"SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2", "SLURM_LOCALID": "1", "SLURM_JOB_ID": "9"}
        again = world(world(srun).environment())
        self.assertEqual((again.rank, again.size, again.local_rank, again.master_port), (1, 2, 1, 20_009))

    def test_contradictions_and_nonsense_are_errors(self) -> None:
        with self.assertRaisesRegex(ValueError, "Rank 4 .* does not fit a world of 4"):
            world({"RANK": "4", "WORLD_SIZE": "4"})
        with self.assertRaisesRegex(ValueError, "RANK is 'one'"):
            world({"RANK": "one", "WORLD_SIZE": "4"})

    def test_the_first_host_of_any_list(self) -> None:
        cases = {"": "", "a": "a", "a,b": "a", "n[1-3]": "n1", "n[01,5-7],m": "n01", "r[2-3]-x,y": "r2-x"}
        self.assertEqual({hosts: first_host(hosts) for hosts in cases}, cases)
