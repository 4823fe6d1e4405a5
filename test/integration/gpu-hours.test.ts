import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isRecord } from '../../src/protocol/json.ts'
import { parseRunId } from '../../src/protocol/ids.ts'
import { openCliWorkspace } from './cli-workspace.ts'

it('what GPUs do is logged on the run of the job that has them, and summed up', { timeout: 300_000 }, async () => {
  await using workspace = await openCliWorkspace()
  const wait = 'until [ -e stop ]; do sleep 0.1; done'
  const fake = { RUNWRIGHT_FAKE_GPUS: '2x24G' }
  const words = ['--gpus', '1', '--detach', '--json', '--', 'sh', '-c', wait]
  const { stdout, stderr } = await workspace.start(['train', '-n', 'busy', ...words], fake).finished
  const { jobs }: { jobs?: unknown } = JSON.parse(stdout)
  const [job]: unknown[] = Array.isArray(jobs) ? jobs : assert.fail(stderr)
  const runId = parseRunId(isRecord(job) ? String(job['runId']) : '') ?? assert.fail(stdout)
  await workspace.run('train', '-n', 'plain', '--quiet', '--', 'true')

  await using client = await workspace.connect()
  const read = async (name: string) =>
    (await client.call('metrics/history', { runId, key: `system/gpu_0_${name}` })).points
  while ((await read('utilization_percentage')).length === 0) await delay(100)
  const [memory] = await read('memory_usage_percentage')
  assert.ok((memory?.value ?? 0) > 0)
  assert.deepEqual(await client.call('metrics/history', { runId, key: 'system/gpu_1_utilization_percentage' }), {
    points: [],
  })

  await workspace.write('stop', '')
  await workspace.run('jobs', 'logs', 'busy', '--follow')
  const { jobs: measured } = await workspace.json('jobs', 'gpu-hours')
  const [own, ...others]: unknown[] = Array.isArray(measured) ? measured : assert.fail()
  assert.ok(isRecord(own) && own['name'] === 'busy' && others.length === 0, 'only what asked for GPUs')
  const [leased, used, idle, unmeasured] = ['leased', 'used', 'idle', 'unmeasured'].map((name) => Number(own[name]))
  assert.ok(leased !== undefined && leased > 8 / 3600 && leased < 60 / 3600, String(leased))
  assert.ok(Math.abs((used ?? 0) + (idle ?? 0) + (unmeasured ?? 0) - leased) < 1e-9)
  // A pretended GPU computes for 95 % of the time under a job that has it alone.
  assert.ok((used ?? 0) > 0 && Math.abs((used ?? 0) - 0.95 * ((used ?? 0) + (idle ?? 0))) < 1e-9)
  const table = await workspace.run('jobs', 'gpu-hours', 'busy', 'plain')
  assert.match(table.stdout, /^JOB +NAME +STATUS +GPU-HOURS +USED +IDLE +UNMEASURED$/m)
  assert.match(table.stdout, /^\w{8} +plain +finished +0\.00 +0\.00 +0\.00 +0\.00$/m)
  assert.match(table.stdout, /^ +together +\d\.\d\d/m)
})
