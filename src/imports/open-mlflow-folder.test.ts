import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openMlflowFolder } from './open-mlflow-folder.ts'
import { inFolder, readSeries } from './scratch-files.ts'

/** Digits that a reader of YAML 1.2 would take for a number. */
const runId = '1234567890e123456789012345678901'
const experiment = "experiment_id: '7'\nlifecycle_stage: active\nname: digits\n"
const meta = (more = '') =>
  `end_time: null\nexperiment_id: '7'\nlifecycle_stage: active\nrun_id: ${runId}\nrun_name: 1e5\nstart_time: 5\nstatus: 4\n${more}`

async function readRuns(folder: string) {
  await using source = await openMlflowFolder(folder)
  return Array.fromAsync(source.runs())
}

describe('a folder of MLflow', () => {
  it('gives runs under the names of their folders, with values as they are written', () => {
    const files = {
      '7/meta.yaml': experiment,
      [`7/${runId}/meta.yaml`]: meta(),
      [`7/${runId}/metrics/a/b`]: '9 nan 0\n9 -inf 1\n10 0.5 2 extra\n',
      [`7/${runId}/params/net/width`]: '32',
    }
    return inFolder(files, async (folder) => {
      const [run, ...others] = await readRuns(folder)
      assert.ok(run !== undefined && others.length === 0)
      assert.deepEqual(
        [run.key, run.name, run.status, run.startTime, run.endTime],
        [runId, '1e5', 'FAILED', 5, undefined],
      )
      assert.deepEqual(run.params, [{ key: 'net/width', value: '32' }])
      const points = [
        [0, Number.NaN, 9],
        [1, -Infinity, 9],
        [2, 0.5, 10],
      ]
      assert.deepEqual(await readSeries(run), { 'a/b': points })
    })
  })

  it('leads to no files but its own: by no link, and to no place without the id of the run', () => {
    const files = {
      'secret/key.txt': 'secret',
      'mlruns/7/meta.yaml': experiment,
      [`mlruns/7/${runId}/meta.yaml`]: meta('artifact_uri: PLACE\n'),
    }
    return inFolder(files, async (folder) => {
      const run = join(folder, 'mlruns/7', runId)
      for (const place of ['artifacts', 'params', 'tags']) await symlink(join(folder, 'secret'), join(run, place))
      const [read] = await readRuns(join(folder, 'mlruns'))
      assert.ok(read !== undefined)
      assert.deepEqual([read.params, read.tags, await Array.fromAsync(read.artifacts())], [[], [], []])
    })
  })

  it('takes artifacts from where a run says they are, when that is a place of the run', () =>
    inFolder({ [`there/${runId}/artifacts/a.txt`]: 'a', 'other/b.txt': 'b' }, async (folder) => {
      for (const [place, expected] of [
        [join(folder, 'there', runId, 'artifacts'), ['a.txt']],
        [`file://${join(folder, 'there', runId, 'artifacts')}`, ['a.txt']],
        [join(folder, 'other'), []],
        ['s3://bucket/x', []],
      ] as const) {
        const mlruns = join(folder, `mlruns-${expected.length}-${place.length}`)
        await mkdir(join(mlruns, '7', runId), { recursive: true })
        await writeFile(join(mlruns, '7/meta.yaml'), experiment)
        await writeFile(join(mlruns, '7', runId, 'meta.yaml'), meta(`artifact_uri: ${place}\n`))
        const [run] = await readRuns(mlruns)
        const paths = (await Array.fromAsync(run?.artifacts() ?? [])).map(({ path }) => path)
        assert.deepEqual(paths, expected, place)
      }
    }))

  it('is told of where there is none', () =>
    inFolder({ 'a.txt': '1' }, async (folder) => {
      await assert.rejects(openMlflowFolder(folder), { code: 'RESOURCE_DOES_NOT_EXIST' })
    }))
})
