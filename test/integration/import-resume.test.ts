import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { describe, it } from 'node:test'
import { findTag } from '../../src/protocol/runs.ts'
import { type CliWorkspace, openCliWorkspace, parseObject } from './cli-workspace.ts'

const runs = 4
const pointsOfRun = 60_000

/** Tables that take an import some seconds. */
async function writeTables(workspace: CliWorkspace): Promise<void> {
  await mkdir(path.join(workspace.folder, 'logs'))
  const lines = Array.from({ length: pointsOfRun / 2 }, (_, step) => `${step},${step / 2},${-step}`)
  for (let run = 0; run < runs; run++) {
    await workspace.write(`logs/run-${run}.csv`, `step,up,down\n${lines.join('\n')}\n`)
  }
}

/** Begins an import; resolves once it has said so much. */
async function startImport(workspace: CliWorkspace, said: string) {
  const started = workspace.start(['import', 'csv', 'logs', '--progress-json'])
  await started.line(said)
  return started
}

async function assertWhole(workspace: CliWorkspace): Promise<void> {
  assert.equal((await workspace.json('store', 'check'))['findingCount'], 0)
  await using client = await workspace.connect()
  const { experiments } = await client.call('experiments/list', {})
  const { experimentId } = experiments.find(({ name }) => name === 'logs') ?? assert.fail()
  const listed = await client.call('runs/list', { experimentIds: [experimentId] })
  assert.deepEqual(listed.runs.map(({ name }) => name).toSorted(), ['run-0', 'run-1', 'run-2', 'run-3'])
  for (const { runId } of listed.runs) {
    const { points } = await client.call('metrics/history', { runId, key: 'up' })
    assert.equal(points.length, pointsOfRun / 2)
    assert.deepEqual(points.at(-1), { step: 29_999, timestamp: 0, value: 14_999.5 })
  }
}

describe('an import', { timeout: 300_000 }, () => {
  it('that was killed goes on where it was cut off, and stores nothing twice', async () => {
    await using workspace = await openCliWorkspace()
    await writeTables(workspace)
    const started = await startImport(workspace, '"doneRuns":1,')
    started.process.kill('SIGKILL')
    await started.finished
    const { newRuns, changedRuns, unchangedRuns, problemCount } = await workspace.json('import', 'csv', 'logs')
    assert.deepEqual([Number(newRuns) + Number(changedRuns) + Number(unchangedRuns), problemCount], [runs, 0])
    assert.ok(Number(unchangedRuns) >= 1, 'the first run had come whole')
    await assertWhole(workspace)
  })

  it('that is cancelled ends at once, says how to go on, and goes on', async () => {
    await using workspace = await openCliWorkspace()
    await writeTables(workspace)
    const started = await startImport(workspace, '"progress":')
    started.process.kill('SIGINT')
    const { exitCode, stderr } = await started.finished
    assert.equal(exitCode, 130)
    assert.match(stderr, /the same command goes on from there/)
    await workspace.json('import', 'csv', 'logs')
    await assertWhole(workspace)
  })

  it('goes on with another engine when the one it asks is killed', async () => {
    await using workspace = await openCliWorkspace()
    await writeTables(workspace)
    const started = await startImport(workspace, '"progress":')
    process.kill(await workspace.enginePid(), 'SIGKILL')
    const { exitCode, stderr } = await started.finished
    assert.equal(exitCode, 0, stderr)
    await assertWhole(workspace)
  })

  it('leaves alone a run that is no import, and one that was deleted here; all others come', async () => {
    await using workspace = await openCliWorkspace()
    for (const name of ['a', 'b']) {
      await mkdir(path.join(workspace.folder, 'logs'), { recursive: true })
      await workspace.write(`logs/${name}.csv`, 'step,x\n0,1\n')
    }
    await workspace.json('import', 'csv', 'logs')
    await using client = await workspace.connect()
    const { experiments } = await client.call('experiments/list', {})
    const { experimentId } = experiments.find(({ name }) => name === 'logs') ?? assert.fail()
    const { runs } = await client.call('runs/list', { experimentIds: [experimentId] })
    const [a, b] = ['a', 'b'].map((name) => runs.find((run) => run.name === name)?.runId ?? assert.fail())
    assert.ok(a !== undefined && b !== undefined)
    await client.call('runs/delete', { runIds: [a] })
    await client.call('runs/delete-tag', { runId: b, key: 'runwright.import.source' })
    for (const name of ['a', 'b', 'c']) await workspace.write(`logs/${name}.csv`, 'step,x\n0,1\n1,2\n')
    const { exitCode, stdout } = await workspace.run('import', 'csv', 'logs', '--json')
    assert.equal(exitCode, 1)
    const { problems, newRuns } = parseObject(stdout)
    assert.equal(newRuns, 1)
    assert.ok(Array.isArray(problems))
    assert.match(String(problems[0]), /^run a .*it was deleted here; restore it first$/)
    assert.match(String(problems[1]), /^run b .*which is no import of it$/)
    const { run } = await client.call('runs/get', { runId: b })
    assert.deepEqual([run.metrics.map(({ step }) => step), findTag(run, 'runwright.import.source')], [[0], undefined])
  })
})
