import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RunData } from '../../protocol/data-versions.ts'
import { toDatasetInput } from '../../protocol/data-versions.ts'
import { dataFields } from './data-fields.ts'
import { newLoadedRun } from './test-elements.ts'

const sha256 = 'ab'.repeat(32)
const data = (path: string, more: Partial<RunData> = {}): RunData => ({
  version: { path, sha256 },
  context: 'input',
  found: 'declared',
  ...more,
})
const shown = (...of: readonly RunData[]) =>
  dataFields(
    { ...newLoadedRun(), datasets: of.map(toDatasetInput) },
    new Map([[`a.csv\0${'ab'.repeat(18)}`, 'changed']]),
  ).map(({ name, shown, icon }) => [name, shown, icon])

describe('the data of a run in the tree', () => {
  it('is what it read, then what it wrote, each with what is known of it', () => {
    assert.deepEqual(
      shown(
        data('out.bin', { context: 'output' }),
        data('b.csv', { context: 'training', found: 'opened' }),
        data('a.csv'),
      ),
      [
        ['a.csv', 'read · changed since · ababababab', 'database'],
        ['b.csv', 'read · training · found open · ababababab', 'database'],
        ['out.bin', 'written · ababababab', 'export'],
      ],
    )
  })

  it('has datasets that were logged by other means too', () => {
    const dataset = { name: 'iris', digest: 'abcd1234', sourceType: 'code', source: '{}' }
    const [field] = dataFields({ ...newLoadedRun(), datasets: [{ dataset, tags: [] }] }, new Map())
    assert.deepEqual([field?.name, field?.value], ['iris', 'abcd1234'])
  })
})
