import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunListRow } from '../../protocol/methods.ts'
import type { ExperimentElement } from './element.ts'
import { arrangeRuns, takeMetrics, type RunList } from './run-list.ts'
import { newExperiment, newRow, newRun, newRunId, noon } from './test-elements.ts'
import { defaultViewOptions, type ViewOptions } from './view-options.ts'

const noneChosen = () => false

function arrange(
  experiment: ExperimentElement,
  rows: readonly RunListRow[],
  {
    previous,
    options = defaultViewOptions,
    total = rows.length,
  }: { previous?: RunList; options?: ViewOptions; total?: number } = {},
) {
  const page = { runs: rows, total, ...(total > rows.length ? { nextPageToken: 'next' } : {}) }
  return arrangeRuns(experiment, options, page, previous, noneChosen)
}

describe('runs fetched again', () => {
  const experiment = newExperiment()
  const first = arrange(experiment, [newRow(1, { values: [0.5] }), newRow(2, { values: [0.6] })]).list

  it('that are the same change nothing', () => {
    const again = arrange(experiment, [newRow(1, { values: [0.5] }), newRow(2, { values: [0.6] })], { previous: first })
    assert.deepEqual([again.changed, again.rearranged], [[], false])
    assert.deepEqual(again.list.runs, first.runs)
  })

  it('keep their elements, and only the one whose row changed is drawn anew', () => {
    const { list } = arrange(experiment, [newRow(1, { values: [0.5] }), newRow(2, { values: [0.6] })])
    const again = arrange(experiment, [newRow(1, { values: [0.7] }), newRow(2, { values: [0.6] })], { previous: list })
    assert.equal(again.rearranged, false)
    assert.deepEqual(again.changed, [list.runs[0]])
    assert.equal(again.list.runs[0], list.runs[0])
    assert.equal(list.runs[0]?.headlineValue, 0.7)
  })

  it('are rearranged when one came, went or moved', () => {
    const rows = [newRow(1), newRow(2)]
    const { list } = arrange(experiment, rows)
    assert.equal(arrange(experiment, [newRow(3), ...rows], { previous: list }).rearranged, true)
    assert.equal(arrange(experiment, rows.slice(1), { previous: list }).rearranged, true)
    assert.equal(arrange(experiment, rows.toReversed(), { previous: list }).rearranged, true)
  })
})

it('what stands after the first runs counts those that are not shown, until all are', () => {
  const experiment = newExperiment()
  const { list } = arrange(experiment, [newRow(1), newRow(2)], { total: 3 })
  assert.deepEqual([list.more?.shown, list.more?.total], [2, 3])
  const all = arrange(experiment, [newRow(1), newRow(2), newRow(3)], { previous: list })
  assert.deepEqual([all.list.more, all.rearranged], [undefined, true])
})

describe('grouped runs', () => {
  const options: ViewOptions = { ...defaultViewOptions, groupBy: { kind: 'param', key: 'lr' } }

  it('stand in groups in the order of their first run, those without the param in one of their own', () => {
    const rows = [
      newRow(1, { values: [0.5, '0.1'] }),
      newRow(2, { values: [0.5, '0.01'] }),
      newRow(3, { values: [0.5, null] }),
    ]
    const { list } = arrange(newExperiment(), [...rows, newRow(4, { values: [0.5, '0.1'] })], { options })
    const groups = list.groups?.map(({ value, runs }) => [value, runs.map(({ row }) => row.name)])
    assert.deepEqual(groups, [
      ['0.1', ['run-1', 'run-4']],
      ['0.01', ['run-2']],
      [null, ['run-3']],
    ])
  })

  it('are rearranged when one changes its group, though the order stays', () => {
    const experiment = newExperiment()
    const { list } = arrange(experiment, [newRow(1, { values: [1, 'a'] }), newRow(2, { values: [1, 'b'] })], {
      options,
    })
    const moved = [newRow(1, { values: [1, 'a'] }), newRow(2, { values: [1, 'a'] })]
    const again = arrange(experiment, moved, { options, previous: list })
    assert.equal(again.rearranged, true)
    assert.equal(again.list.groups?.[0], list.groups?.[0])
  })

  it('tell a param that says “none” from a missing one', () => {
    const rows = [newRow(1, { values: [1, 'none'] }), newRow(2, { values: [1, null] })]
    const { list } = arrange(newExperiment(), rows, { options })
    assert.equal(new Set(list.groups?.map(({ id }) => id)).size, 2)
  })
})

describe('a logged metric', () => {
  const point = { step: 1, timestamp: noon, value: 0.9 }

  it('shows on the run when it is the headline metric', () => {
    const run = newRun(1)
    assert.equal(takeMetrics(run, [{ key: 'accuracy', ...point }]), true)
    assert.equal(run.headlineValue, 0.9)
  })

  it('changes nothing on the run when it is another one, or its value is the same', () => {
    const run = newRun(1, {}, { headlineValue: 0.9 })
    assert.equal(takeMetrics(run, [{ key: 'loss', ...point }]), false)
    assert.equal(takeMetrics(run, [{ key: 'accuracy', ...point }]), false)
  })
})

it('a run chosen in an earlier window is chosen when it is fetched', () => {
  const page = { runs: [newRow(1), newRow(2)], total: 2 }
  const isChosen = (id: string) => id === newRunId(2)
  const { list } = arrangeRuns(newExperiment(), defaultViewOptions, page, undefined, isChosen)
  assert.deepEqual(
    list.runs.map(({ chosen }) => chosen),
    [false, true],
  )
})
