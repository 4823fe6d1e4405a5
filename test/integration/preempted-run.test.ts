import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { followJob } from '../../src/client/follow-job.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { openSlurm, whyNoSlurm } from '../servers/slurm.ts'
import { commitWorkspace, createTestWorkspace, engineCommand } from './engine-workspace.ts'

/** Goes on for a minute, and for five steps more once it goes on from a checkpoint. */
const script = `
import time
from runwright import checkpoint, on_checkpoint_request, resume
request = on_checkpoint_request()
last = resume()
start = last.step + 1 if last else 0
print("from", start, flush=True)
for step in range(start, start + 5 if last else 600):
    time.sleep(0.1)
    print("step", step, flush=True)
    if request:
        checkpoint({"step": step}, step)
    if request.should_stop:
        raise SystemExit(request.exit_code)
`

describe('a run whose job Slurm preempts', { skip: whyNoSlurm, timeout: 300_000 }, () => {
  it('goes on from its last checkpoint, as the same attempt of the same job', async () => {
    await using slurm = await openSlurm()
    const folder = await mkdtemp(join(tmpdir(), 'rw-preempted-'))
    after(() => rm(folder, { recursive: true, force: true }))
    await using workspace = await createTestWorkspace()
    const spot = { kind: 'slurm', partition: 'spot', folder }
    await writeFile(join(workspace.path, 'runwright.yaml'), JSON.stringify({ targets: { spot } }))
    await writeFile(join(workspace.path, 'train.py'), script)
    commitWorkspace(workspace.path)
    await using client = await workspace.connect({ command: { ...engineCommand(), env: slurm.env } })

    const env = { PYTHONPATH: join(import.meta.dirname, '../../python') }
    const spec = { ...plainSpec, target: 'spot', command: ['python3', 'train.py'], env, resources: { gpus: 1 } }
    const { job } = await client.call('jobs/launch', { key: 'spot', experiment: 'spot', spec })
    let output = ''
    let isPreempted = false
    const print = (bytes: Uint8Array) => {
      output += Buffer.from(bytes).toString()
      if (isPreempted || !output.includes('step 5\n')) return
      isPreempted = true
      const words = ['--partition=gpu', '--exclusive', '--output=/dev/null', '--wrap=sleep 1']
      execFileSync('sbatch', words, { env: { ...process.env, ...slurm.env } })
    }
    const ended = await followJob(client, job, { print }, AbortSignal.timeout(100_000))

    assert.deepEqual([ended.status, ended.attempts.length], ['finished', 1], output)
    assert.equal((await client.call('runs/get', { runId: job.runId })).run.status, 'FINISHED')
    const [, first = '', second = ''] = output.split(/from \d+\n/)
    const steps = `${first}${second}`.match(/\d+/g)?.map(Number) ?? []
    assert.deepEqual(steps, Array.from(steps.keys()), 'no step is done twice, and none left out')
    assert.equal(second.match(/step/g)?.length, 5)
  })
})
