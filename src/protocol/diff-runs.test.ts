import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExperimentId, parseRunId } from './ids.ts'
import type { Run } from './runs.ts'
import { tagNames } from './tag-names.ts'
import { diffRuns, type RunWithFiles } from './diff-runs.ts'

function runOf(digit: string, parts: Partial<Run>, files: Partial<RunWithFiles> = {}): RunWithFiles {
  const runId = parseRunId(digit.repeat(32))
  const experimentId = parseExperimentId('1')
  assert.ok(runId !== undefined && experimentId !== undefined)
  const run: Run = {
    runId,
    experimentId,
    name: digit,
    status: 'FINISHED',
    lifecycleStage: 'active',
    userId: '',
    startTime: 1,
    artifactUri: 'mlflow-artifacts:/1/x/artifacts',
    params: [],
    tags: [],
    metrics: [],
    datasets: [],
    modelInputs: [],
    modelOutputs: [],
    ...parts,
  }
  return { run, environment: undefined, patchDigest: undefined, artifacts: new Map(), ...files }
}

function rowsOf(section: string, ...runs: RunWithFiles[]) {
  return diffRuns(runs).sections.find(({ name }) => name === section)?.rows
}

describe('a diff of runs', () => {
  it('has a row for each key of any run, and says where they differ', () => {
    const a = runOf('a', {
      params: [
        { key: 'lr', value: '0.1' },
        { key: 'same', value: '1' },
      ],
    })
    const b = runOf('b', {
      params: [
        { key: 'same', value: '1' },
        { key: 'depth', value: '3' },
      ],
    })
    assert.deepEqual(rowsOf('params', a, b), [
      { key: 'depth', values: [null, '3'], isDifferent: true },
      { key: 'lr', values: ['0.1', null], isDifferent: true },
      { key: 'same', values: ['1', '1'], isDifferent: false },
    ])
  })

  it('says which direction of a metric is better, and takes NaN for the same as NaN', () => {
    const of = (value: number) => ({ metrics: [{ key: 'val_loss', value, step: 0, timestamp: 0 }] })
    const [row] = rowsOf('metrics', runOf('a', of(Number.NaN)), runOf('b', of(Number.NaN))) ?? []
    assert.deepEqual([row?.goal, row?.isDifferent], ['minimize', false])
    assert.equal(rowsOf('metrics', runOf('a', of(0.1)), runOf('b', of(0.2)))?.[0]?.isDifferent, true)
  })

  it('compares datasets by their digests and, where they say it, by their number of rows and their columns', () => {
    const of = (digest: string, profile: string | undefined) => {
      const dataset = { name: 'iris', digest, sourceType: 'local', source: '{}' }
      const tags = [{ key: 'mlflow.data.context', value: 'train' }]
      return { datasets: [{ dataset: profile === undefined ? dataset : { ...dataset, profile }, tags }] }
    }
    const [a, b] = [runOf('a', of('d1', '{"num_rows": 150}')), runOf('b', of('d2', '{"num_rows": 160}'))]
    assert.deepEqual(rowsOf('data', a, b), [
      { key: 'iris (train)', values: ['d1', 'd2'], isDifferent: true },
      { key: 'iris (train) num_rows', values: [150, 160], isDifferent: true },
    ])
    const names = [['age'], ['age', 'height']].map((columns) =>
      JSON.stringify({ mlflow_colspec: columns.map((name) => ({ name, type: 'long', required: true })) }),
    )
    const [before, after] = names.map((schema, place) => {
      const dataset = { name: 'iris', digest: 'd1', sourceType: 'local', source: '{}', schema }
      return runOf(String(place), { datasets: [{ dataset, tags: [] }] })
    })
    assert.ok(before && after)
    assert.deepEqual(rowsOf('data', before, after)?.slice(1), [
      { key: 'iris column age', values: ['long', 'long'], isDifferent: false },
      { key: 'iris column height', values: [null, 'long'], isDifferent: true },
    ])
    const unknown = [undefined, 'none', '{"num_rows": "many"}'].map((profile, i) => runOf(String(i), of('d1', profile)))
    assert.equal(rowsOf('data', ...unknown)?.length, 1)
  })

  it('tells uncommitted changes apart by what they are', () => {
    const tags = [{ key: tagNames.gitCommit, value: 'c0ffee' }]
    const clean = runOf('a', { tags })
    const one = runOf('b', { tags }, { patchDigest: '1'.repeat(64) })
    const rows = rowsOf('code', clean, one)
    assert.deepEqual(rows, [
      { key: 'commit', values: ['c0ffee', 'c0ffee'], isDifferent: false },
      { key: 'uncommitted changes', values: [null, '1'.repeat(12)], isDifferent: true },
    ])
    assert.equal(diffRuns([one]).runs[0]?.patchPath, 'code/uncommitted.patch')
  })

  it('lays out an environment by names, lists of named things by theirs', () => {
    const environment = (numpy: string) => ({
      interpreter: { version: '3.11', packages: { numpy } },
      gpus: [{ name: 'H100', driver: '550' }],
      variables: ['PATH'],
    })
    const rows = rowsOf(
      'environment',
      runOf('a', {}, { environment: environment('1.26') }),
      runOf('b', {}, { environment: environment('2.0') }),
    )
    assert.deepEqual(
      rows?.map(({ key, isDifferent }) => [key, isDifferent]),
      [
        ['gpus[H100].driver', false],
        ['gpus[H100].name', false],
        ['interpreter.packages.numpy', true],
        ['interpreter.version', false],
        ['variables[PATH]', false],
      ],
    )
  })

  it('leaves out tags that the other sections are made of', () => {
    const tags = [
      { key: 'mlflow.user', value: 'ada' },
      { key: 'team', value: 'vision' },
    ]
    assert.deepEqual(
      rowsOf('tags', runOf('a', { tags }))?.map(({ key }) => key),
      ['team'],
    )
    assert.deepEqual(
      rowsOf('command', runOf('a', { tags }))?.map(({ key }) => key),
      ['user'],
    )
  })
})
