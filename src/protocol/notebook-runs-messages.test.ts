import assert from 'node:assert/strict'
import { it } from 'node:test'
import { goesOn, parseComparison, parseFromNotebookRuns, parseListedRuns } from './notebook-runs-messages.ts'

const run = { runId: 'a'.repeat(32), name: 'calm', status: 'FINISHED', startTime: 1, values: [0.5] }
const section = { experimentId: '1', experiment: 'digits', headline: null, bestRunId: null, total: 1, columns: [] }
const query = { experiments: ['digits'], view: 'ACTIVE_ONLY', limit: 20 }

it('lists of runs that a file has are drawn, and asked for again where they say by what', () => {
  assert.deepEqual(parseListedRuns({ experiments: [{ ...section, runs: [run] }], query })?.query, query)
  const old = parseListedRuns({ experiments: [{ ...section, runs: [run] }] })
  assert.deepEqual([old?.experiments.length, old?.query], [1, undefined])
  const strange = [
    undefined,
    {},
    { experiments: [{}] },
    { experiments: [{ ...section, runs: [{ ...run, status: 'X' }] }] },
  ]
  assert.deepEqual(strange.map(parseListedRuns), [undefined, undefined, undefined, undefined])
  const going = parseListedRuns({ experiments: [{ ...section, runs: [run, { ...run, status: 'RUNNING' }] }] })
  assert.deepEqual([old && goesOn(old), going && goesOn(going)], [false, true])
})

it('comparisons that a file has are drawn if they are some', () => {
  const diff = {
    runs: [run, run],
    sections: [{ name: 'params', rows: [{ key: 'lr', values: ['1', null], isDifferent: true }] }],
  }
  assert.deepEqual(parseComparison(diff), diff)
  const strange = [null, { artifacts: [] }, { ...diff, runs: [{}] }, { ...diff, sections: [{ rows: [{}] }] }]
  assert.deepEqual(strange.map(parseComparison), [undefined, undefined, undefined, undefined])
})

it('what a renderer says is taken if it is one of its words', () => {
  const follow = { kind: 'follow', output: 'o', shown: { thing: 'runs', query }, follows: 'all' }
  assert.deepEqual(parseFromNotebookRuns(follow), follow)
  const compared = { ...follow, shown: { thing: 'comparison', runIds: [run.runId] }, follows: 'nothing' }
  assert.deepEqual(parseFromNotebookRuns(compared), compared)
  const said = [
    { kind: 'refresh', output: 'o' },
    { kind: 'open', experiment: 'digits' },
    { kind: 'compare', runIds: [run.runId] },
  ]
  assert.deepEqual(said.map(parseFromNotebookRuns), said)
  const strange = [
    'follow',
    { ...follow, follows: 'some' },
    { ...follow, shown: { thing: 'runs', query: { ...query, view: 'NONE' } } },
    { kind: 'compare', runIds: ['../x'] },
    { kind: 'delete', output: 'o' },
  ]
  assert.deepEqual(new Set(strange.map(parseFromNotebookRuns)), new Set([undefined]))
})
