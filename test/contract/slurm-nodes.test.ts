import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ComputeTarget } from '../../src/compute/target.ts'
import type { JobResources } from '../../src/protocol/jobs.ts'
import { openSlurm, whyNoSlurm } from '../servers/slurm.ts'
import type { SlurmServer } from '../servers/slurm.ts'
import { createAttempt, createSpec, end, printed, readAll, until } from './attempts.ts'
import { openCluster } from './open-cluster.ts'

/** As the package for training programs sees it. */
const world = `PYTHONPATH=${join(import.meta.dirname, '../../python')} python3 -c '
import os
from runwright import world
w = world()
print("rank", w.rank, "of", w.size, "local", w.local_rank, "node", w.node_rank, "at", w.master_addr, w.master_port)
print("torchrun", *(os.environ["PET_" + name] for name in ("NNODES", "NODE_RANK", "MASTER_ADDR", "NPROC_PER_NODE")))'`

describe('a job on several nodes of Slurm', { skip: whyNoSlurm }, () => {
  let server: SlurmServer
  let folder: string
  let target: ComputeTarget
  before(async () => {
    server = await openSlurm({ nodes: 3, gpus: 2, cpus: 4 })
    folder = await mkdtemp(join(tmpdir(), 'rw-nodes-'))
    target = await openCluster(server, folder)
  })
  after(async () => {
    await target[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })
  const submit = (script: string, resources: JobResources) => {
    const spec = createSpec(['sh', '-c', script], { resources })
    return target.submit(createAttempt('', folder, { spec, secrets: { API_KEY: 'hidden' } }))
  }
  const lines = (text: string) => text.trim().split('\n').toSorted()

  it('runs once on each of them, as ranks that find each other, and all of them print', async () => {
    const file = join(folder, 'ranks')
    const script = `echo $SLURMD_NODENAME >>${file}; echo "$CUDA_VISIBLE_DEVICES $API_KEY" >>${file}; ${world}`
    const handle = await submit(script, { nodes: 2, gpus: 2, cpus: 2, memoryBytes: 2 ** 28 })
    const { exit } = await end(target, handle)
    const said = await readAll(target, handle)
    assert.deepEqual([exit.exitCode, exit.cause], [0, 'exited'], said)
    const ranks = await readFile(file, 'utf8')
    assert.deepEqual(lines(ranks), ['0,1 hidden', '0,1 hidden', 'n1', 'n2'])
    const port = /at 127\.0\.0\.1 (2\d{4})$/m.exec(said)?.[1]
    assert.deepEqual(lines(said), [
      `0: rank 0 of 2 local 0 node 0 at 127.0.0.1 ${port}`,
      '0: torchrun 2 0 127.0.0.1 2',
      `1: rank 1 of 2 local 0 node 1 at 127.0.0.1 ${port}`,
      '1: torchrun 2 1 127.0.0.1 2',
    ])
  })

  it('ends with the first rank that fails, which is named in its output', async () => {
    const handle = await submit('echo on; [ $RANK = 0 ] || exit 7; sleep 60', { nodes: 3 })
    const { exit } = await end(target, handle)
    assert.equal(exit.cause, 'exited')
    assert.notEqual(exit.exitCode, 0)
    assert.match(await readAll(target, handle), /task [12]: Exited with exit code 7/)
  })

  it('is asked for a checkpoint and for its end on all nodes, and nobody who does not listen is hurt', async () => {
    const deaf = 'sleep 60 & wait $!; wait $!; wait $!'
    const script = `trap 'echo saved $RANK' USR1; trap 'echo ended $RANK; exit 3' TERM; echo on $RANK; ${deaf}`
    const handle = await submit(script, { nodes: 2 })
    await until(async () => /on 0/.test(await readAll(target, handle)) && /on 1/.test(await readAll(target, handle)))
    await target.requestCheckpoint(handle)
    await printed(target, handle, 'saved 0')
    await printed(target, handle, 'saved 1')
    await target.cancel(handle)
    const { exit } = await end(target, handle)
    const said = await readAll(target, handle)
    assert.equal(exit.cause, 'cancelled', said)
    // Both nodes are on this machine, and each asks its own processes alone.
    assert.deepEqual(said.match(/saved \d/g)?.toSorted(), ['saved 0', 'saved 1'], said)
    assert.deepEqual(said.match(/ended \d/g)?.toSorted(), ['ended 0', 'ended 1'], said)
  })
})
