import assert from 'node:assert/strict'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { jobFiles } from '../../src/compute/wrapper/job-folder.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { Job, JobSpec } from '../../src/protocol/jobs.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { followJob } from '../../src/client/follow-job.ts'
import { openSshd, type SshServer, whyNoSshd } from '../servers/sshd.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

const stepCount = 30

/** A training of thirty steps, a metric and a checkpoint each, that says where it is and what the launch has set. */
const script = `
import json, os, time, urllib.request
from runwright import checkpoint, on_checkpoint_request, precision, resume

def log(step, value):
    body = {'run_id': os.environ['MLFLOW_RUN_ID'], 'key': 'loss', 'value': value, 'step': step,
            'timestamp': int(time.time() * 1000)}
    headers = {'Content-Type': 'application/json', 'Authorization': 'Bearer ' + os.environ['MLFLOW_TRACKING_TOKEN']}
    url = os.environ['MLFLOW_TRACKING_URI'] + '/api/2.0/mlflow/runs/log-metric'
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)).read()

request = on_checkpoint_request()
last = resume()
state = last.state if last else {'sum': 0}
start = last.step + 1 if last else 0
print('begins', start, os.environ['RUNWRIGHT_CHECKPOINT_DIR'], os.environ['RUNWRIGHT_PRECISION'], os.getpid(), flush=True)
for step in range(start, ${stepCount}):
    state['sum'] += step
    log(step, state['sum'])
    checkpoint(state, step, metric=1 / (step + 1))
    print('step', step, flush=True)
    if request.should_stop:
        raise SystemExit(request.exit_code)
    time.sleep(0.05 if os.environ['RUNWRIGHT_ATTEMPT'] == '1' else 0)
print('sum', state['sum'], flush=True)
`

/** The same in JavaScript. */
const javascript = `
import { setTimeout as delay } from 'node:timers/promises'
import { checkpoint, resume } from ${JSON.stringify(join(import.meta.dirname, '../../src/training/main.ts'))}
const { env } = process
const uri = env.MLFLOW_TRACKING_URI
const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + env.MLFLOW_TRACKING_TOKEN }
async function log(step, value) {
  const body = JSON.stringify({ run_id: env.MLFLOW_RUN_ID, key: 'loss', value, step, timestamp: Date.now() })
  await fetch(uri + '/api/2.0/mlflow/runs/log-metric', { method: 'POST', headers, body })
}
async function putArtifact(path) {
  const found = await fetch(uri + '/api/2.0/mlflow/runs/get?run_id=' + env.MLFLOW_RUN_ID, { headers })
  const root = (await found.json()).run.info.artifact_uri.replace('mlflow-artifacts:/', '')
  const url = uri + '/api/2.0/mlflow-artifacts/artifacts/' + root + '/' + path
  const { ok } = await fetch(url, { method: 'PUT', headers, body: 'half' })
  if (!ok) throw new Error(url)
}
const last = await resume()
const state = last?.state ?? { sum: 0 }
const start = last === undefined ? 0 : last.step + 1
console.log('begins', start, env.RUNWRIGHT_CHECKPOINT_DIR, env.RUNWRIGHT_PRECISION, process.pid)
for (let step = start; step < ${stepCount}; step++) {
  state.sum += step
  await log(step, state.sum)
  await checkpoint(state, step, { metric: 1 / (step + 1) })
  // As a kill leaves it between the two files of a checkpoint.
  if (step === 3) await putArtifact('checkpoints/step-2-00000000.v8')
  console.log('step', step)
  await delay(env.RUNWRIGHT_ATTEMPT === '1' ? 50 : 0)
}
console.log('sum', state.sum)
`

describe('a training that is ended in the middle', { concurrency: false, timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  let client: Client
  let sshd: SshServer | undefined
  before(async () => {
    workspace = await openCliWorkspace()
    await workspace.write('train.py', script)
    await workspace.write('train.mjs', javascript)
    if (whyNoSshd === false) sshd = await openSshd()
    const box = { kind: 'ssh', host: 'target', ...(sshd === undefined ? {} : { configFile: sshd.configFile }) }
    await workspace.write('runwright.yaml', JSON.stringify({ targets: { box } }))
    client = await workspace.connect()
  })
  after(async () => {
    await client[Symbol.asyncDispose]()
    await workspace[Symbol.asyncDispose]()
    await sshd?.[Symbol.asyncDispose]()
  })

  async function launch(more: Partial<JobSpec>): Promise<Job> {
    const env = { PYTHONPATH: join(import.meta.dirname, '../../python'), PYTHONDONTWRITEBYTECODE: '1' }
    const spec: JobSpec = { ...plainSpec, command: ['python3', 'train.py'], env, precision: 'bf16', ...more }
    return (await client.call('jobs/launch', { key: JSON.stringify(more), experiment: 'resume', spec })).job
  }

  async function output({ jobId }: Job): Promise<string> {
    return Buffer.from((await client.call('jobs/log', { jobId })).bytes).toString()
  }

  /** The output once it is in the middle. */
  async function inTheMiddle(job: Job): Promise<string> {
    for (;;) {
      const said = await output(job)
      if (said.includes('step 5\n')) return said
      await delay(20)
    }
  }

  /** Steps of the first attempt and of the second, and the places of their checkpoints. */
  async function readEnd(job: Job): Promise<{ starts: readonly number[]; folders: readonly string[] }> {
    const ended = await followJob(client, job, { print: () => undefined }, AbortSignal.timeout(60_000))
    const said = await output(job)
    assert.deepEqual([ended.status, ended.attempts.length], ['finished', 2], said)
    assert.match(said, new RegExp(`^sum ${(stepCount * (stepCount - 1)) / 2}$`, 'm'))
    const { run } = await client.call('runs/get', { runId: job.runId })
    assert.equal(run.status, 'FINISHED')
    const begun = [...said.matchAll(/^begins (\d+) (\S+) bf16 \d+$/gm)]
    const folders = begun.map(([, , folder = '']) => folder)
    return { starts: begun.map(([, start]) => Number(start)), folders }
  }

  /** Each step once or, where the kill came between the metric and the checkpoint, twice with the same value. */
  async function checkMetrics(job: Job): Promise<void> {
    const { points } = await client.call('metrics/history', { runId: job.runId, key: 'loss' })
    const values = new Map(points.map(({ step, value }) => [step, value]))
    const expected = Array.from({ length: stepCount }, (_, step) => [step, (step * (step + 1)) / 2] as const)
    assert.deepEqual(
      [...values].toSorted(([a], [b]) => a - b),
      expected,
    )
    assert.ok(points.length <= stepCount + 1, `${points.length} points`)
  }

  /** Kills the command itself, and checks that it went on where it was. */
  async function killAndCheck(more: Partial<JobSpec>): Promise<string> {
    const job = await launch({ retries: 1, ...more })
    const pid = Number(/^begins 0 .* (\d+)$/m.exec(await inTheMiddle(job))?.[1])
    process.kill(pid, 'SIGKILL')
    const { starts, folders } = await readEnd(job)
    assert.ok(starts[0] === 0 && (starts[1] ?? 0) >= 5, String(starts))
    assert.equal(folders[0], folders[1])
    await checkMetrics(job)
    return folders[0] ?? ''
  }

  it('by a kill goes on where it was, in the same run, with the checkpoints outside of its code', async () => {
    const folder = await killAndCheck({ isIsolated: true })
    assert.equal(join(folder, '..'), join(workspace.folder, '.runwright/checkpoints'))
    const names = await readdir(folder)
    assert.equal(names.filter((name) => name.endsWith('.json')).length, 3, names.join())
  })

  it('by a kill on another machine goes on there', { skip: whyNoSshd }, async () => {
    const folder = await killAndCheck({ target: 'box' })
    assert.equal(join(folder, '..'), join(sshd?.home ?? '', '.runwright/checkpoints'))
  })

  it('goes on in JavaScript too, and from the artifacts of its run where the folder is gone', async () => {
    const command = ['node', 'train.mjs']
    const folder = await killAndCheck({ command })
    const saved = await readdir(folder)
    const { jobs } = await client.call('jobs/list', { limit: 1 })
    const job = jobs[0] ?? assert.fail()
    const { entries } = await client.call('artifacts/list', { runId: job.runId, path: 'checkpoints' })
    assert.deepEqual(
      entries.map(({ path }) => basename(path)),
      saved.filter((name) => name.startsWith('step-')).toSorted(),
    )
    await rm(folder, { recursive: true })
    await client.call('jobs/retry', { jobId: job.jobId })
    await followJob(client, job, { print: () => undefined }, AbortSignal.timeout(60_000))
    assert.match(await output(job), new RegExp(`^begins ${stepCount} `, 'm'))
  })

  it('because its place is taken away goes on without a retry being asked for', async () => {
    const job = await launch({})
    await inTheMiddle(job)
    const owner = join(workspace.folder, '.runwright/jobs', `${job.jobId}-1`, jobFiles.owner)
    // As a cluster does: SIGTERM to the wrapper that nobody has announced.
    process.kill(Number((await readFile(owner, 'utf8')).split(' ')[0]), 'SIGTERM')
    const { starts } = await readEnd(job)
    const { job: ended } = await client.call('jobs/get', { jobId: job.jobId })
    assert.deepEqual([ended.attempts[0]?.exit?.cause, ended.attempts[1]?.exit?.exitCode], ['preempted', 0])
    assert.ok((starts[1] ?? 0) >= 6, String(starts))
    await checkMetrics(job)
  })
})
