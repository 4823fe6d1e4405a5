import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRunId } from './ids.ts'
import type { DiffRow, DiffSection, RunDiff } from './run-diff.ts'
import {
  compareValues,
  englishDiffLabels,
  formatDiffCell,
  formatDifference,
  formatDiffMarkdown,
  formatDiffValue,
  nameRuns,
  selectRows,
  withReference,
} from './run-diff-text.ts'

function rowOf(key: string, values: DiffRow['values'], more: Partial<DiffRow> = {}): DiffRow {
  return { key, values, isDifferent: values.some((value) => value !== values[0]), ...more }
}

function diffOf(names: readonly string[], sections: Partial<Record<DiffSection['name'], readonly DiffRow[]>>): RunDiff {
  return {
    runs: names.map((name, index) => {
      const runId = parseRunId(String(index + 1).repeat(32)) ?? assert.fail()
      return { runId, name, status: 'FINISHED', startTime: Date.UTC(2026, 10, 24, 12, index) }
    }),
    sections: (['params', 'metrics', 'tags'] as const).map((name) => ({ name, rows: sections[name] ?? [] })),
  }
}

describe('a value of a diff', () => {
  const format = (section: DiffSection['name'], key: string, ...values: DiffRow['values']) =>
    values.map((value) => formatDiffValue(section, rowOf(key, values), value))

  it('has six digits, and more where six would hide a difference', () => {
    assert.deepEqual(format('metrics', 'loss', 1 / 3, 0.5), ['0.333333', '0.5'])
    assert.deepEqual(format('metrics', 'loss', 0.12345678, 0.12345679), ['0.12345678', '0.12345679'])
    assert.deepEqual(format('metrics', 'loss', Number.NaN, null), ['NaN', undefined])
  })

  it('is a size in units, and in bytes where the units would hide a difference', () => {
    assert.deepEqual(format('artifacts', 'model', 0, 1536, 5_000_000), ['0 B', '1.5 KB', '4.77 MB'])
    assert.deepEqual(format('artifacts', 'model', 1_000_000, 1_000_001), ['1000000 B', '1000001 B'])
  })

  it('is a command as a shell takes it, and a commit by its beginning', () => {
    assert.deepEqual(format('command', 'command', '["python","a b.py"]', '{'), [`python 'a b.py'`, '{'])
    assert.deepEqual(format('code', 'commit', 'c0ffee'.padEnd(40, '0'), 'short'), ['c0ffee0000', 'short'])
  })
})

describe('a metric beside the reference', () => {
  it('is better in the direction of its goal', () => {
    assert.equal(compareValues(0.9, 0.8, 'maximize')?.verdict, 'better')
    assert.equal(compareValues(0.9, 0.8, 'minimize')?.verdict, 'worse')
    assert.equal(compareValues(0.9, 0.8, undefined)?.verdict, undefined)
  })

  it('says nothing where there is nothing to compare', () => {
    for (const [value, reference] of [
      [0.5, 0.5],
      [null, 1],
      [1, null],
      ['NaN', 1],
      [Infinity, 1],
    ] as const) {
      assert.equal(compareValues(value, reference, 'maximize'), undefined)
    }
  })

  it('reads in one line', () => {
    const row = rowOf('loss', [0.5, 0.25, null], { goal: 'minimize' })
    const cells = [0, 1, 2].map((place) => formatDiffCell('metrics', row, place, englishDiffLabels))
    assert.deepEqual(cells, ['0.5', '0.25 (−0.25 better)', ''])
    assert.equal(formatDifference(0.000012345), '+0.0000123')
    assert.equal(formatDifference(-1257), '−1257')
  })
})

describe('a diff', () => {
  const diff = diffOf(['a', 'b'], {
    params: [rowOf('lr', ['0.1', '0.2']), rowOf('seed', ['1', '1'])],
    metrics: [rowOf('accuracy', [0.5, 0.75], { goal: 'maximize' })],
    tags: [rowOf('team', ['x', 'x'])],
  })

  it('shows what differs, or all of it', () => {
    const shown = (all: boolean) => selectRows(diff, all).map(({ name, rows }) => [name, rows.map(({ key }) => key)])
    assert.deepEqual(shown(false), [
      ['params', ['lr']],
      ['metrics', ['accuracy']],
    ])
    assert.deepEqual(shown(true), [
      ['params', ['lr', 'seed']],
      ['metrics', ['accuracy']],
      ['tags', ['team']],
    ])
  })

  it('takes another run as the reference, with its values', () => {
    const turned = withReference(diff, '2'.repeat(32))
    assert.deepEqual(
      turned.runs.map(({ name }) => name),
      ['b', 'a'],
    )
    assert.deepEqual(turned.sections[1]?.rows[0]?.values, [0.75, 0.5])
    assert.equal(withReference(diff, 'nobody'), diff)
  })

  it('names runs of one name by their ids as well', () => {
    assert.deepEqual(nameRuns(diffOf(['a', 'b', 'a'], {}).runs), ['a (11111111)', 'b', 'a (33333333)'])
  })

  it('is a page of Markdown', () => {
    assert.equal(
      formatDiffMarkdown(diff, false),
      `# Comparison of Runs

|  | a | b |
| --- | --- | --- |
| Run | ${'1'.repeat(32)} | ${'2'.repeat(32)} |
| Status | finished | finished |
| Started | 2026-11-24 12:00 UTC | 2026-11-24 12:01 UTC |

## Params (1 of 2 differs)

| Key | a | b |
| --- | --- | --- |
| lr | 0.1 | 0.2 |

## Metrics (1 of 1 differs)

| Key | a | b |
| --- | --- | --- |
| accuracy | 0.5 | 0.75 (+0.25 better) |
`,
    )
    assert.match(formatDiffMarkdown(diffOf(['a', 'b'], {}), false), /The runs do not differ\.\n$/)
  })

  it('cannot break out of its Markdown table by what was logged', () => {
    const evil = diffOf(['a|b', '<b>'], { params: [rowOf('learning_rate', ['x\n| y', '[z](command:w) _i_'])] })
    const text = formatDiffMarkdown(evil, false)
    assert.ok(text.includes(String.raw`| learning_rate | x \| y | \[z\](command:w) \_i\_ |`), text)
    assert.ok(text.includes(String.raw`|  | a\|b | \<b\> |`), text)
  })
})
