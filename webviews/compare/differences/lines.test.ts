import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ShownSection } from '../../../src/protocol/run-diff-text.ts'
import { listLines, nameLine } from './lines.ts'

const sections: readonly ShownSection[] = [
  {
    name: 'params',
    rows: [
      { key: 'lr', values: ['0.1', '0.2'], isDifferent: true },
      { key: 'layers', values: ['64-'.repeat(20), '32'], isDifferent: true },
    ],
    differentCount: 2,
    totalCount: 3,
  },
  { name: 'tags', rows: [{ key: 'team', values: ['x', null], isDifferent: true }], differentCount: 1, totalCount: 1 },
]

it('a closed section has its head alone', () => {
  const lines = listLines(sections, new Set(['params']), new Set())
  assert.deepEqual(
    lines.map((line) => (line.kind === 'section' ? [line.section.name, line.isOpen] : line.row.key)),
    [['params', false], ['tags', true], 'team'],
  )
})

it('only a line with a long value can be expanded', () => {
  const expanded = (names: readonly string[]) =>
    listLines(sections, new Set(), new Set(names)).map((line) => line.kind === 'row' && line.isExpanded)
  assert.deepEqual(expanded([]), [false, undefined, false, false, undefined])
  assert.deepEqual(expanded([nameLine('params', 'layers')]), [false, undefined, true, false, undefined])
})
