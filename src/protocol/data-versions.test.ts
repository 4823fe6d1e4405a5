import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { type DataVersion, findRunData, parseDataSource, type RunData, toDatasetInput } from './data-versions.ts'
import { writeDatasetInput } from './mlflow/dataset-json.ts'
import { logInputs } from './mlflow/run-requests.ts'

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
const optional = {
  sizeBytes: fc.maxSafeNat(),
  fileCount: fc.maxSafeNat(),
  commit: hex(40),
}
const version: fc.Arbitrary<DataVersion> = fc
  .record(
    {
      path: fc.string({ unit: 'binary', minLength: 1, maxLength: 900 }),
      md5: fc.oneof(
        hex(32),
        hex(32).map((hash) => `${hash}.dir`),
      ),
      sha256: hex(64),
      ...optional,
    },
    { requiredKeys: ['path'], noNullPrototype: true },
  )
  .filter(({ md5, sha256 }) => md5 !== undefined || sha256 !== undefined)
const runData: fc.Arbitrary<RunData> = fc.record(
  { version, context: fc.constantFrom('input', 'output', 'training'), found: fc.constantFrom('declared', 'opened') },
  { noNullPrototype: true },
)

describe('a version of data as a dataset', () => {
  it('says the same when it is read again, and MLflow’s limits let it through', () => {
    fc.assert(
      fc.property(runData, (data) => {
        const input = toDatasetInput(data)
        const { datasets } = logInputs.parse({ run_id: '0'.repeat(32), datasets: [writeDatasetInput(input)] })
        assert.deepEqual(datasets, [input])
        assert.deepEqual(findRunData(input), data)
      }),
    )
  })

  it('is named by its SHA-256 where that is known, and by its path, the end of a long one', () => {
    const sha256 = 'ab'.repeat(32)
    const long = `${'folder/'.repeat(100)}train.csv`
    const { dataset } = toDatasetInput({
      version: { path: long, md5: '1'.repeat(32), sha256 },
      context: 'input',
      found: 'declared',
    })
    assert.equal(dataset.digest, 'ab'.repeat(18))
    assert.equal(dataset.name.length, 500)
    assert.match(dataset.name, /^….*train\.csv$/)
    const byMd5 = toDatasetInput({
      version: { path: 'a', md5: `${'1'.repeat(32)}.dir` },
      context: 'input',
      found: 'declared',
    })
    assert.equal(byMd5.dataset.digest, `${'1'.repeat(32)}.dir`)
  })

  it('is written in one spelling, which the packages for training programs write too', () => {
    const { dataset } = toDatasetInput({
      version: { path: 'data/é', md5: '1'.repeat(32), sizeBytes: 5, fileCount: 2, commit: 'c'.repeat(40) },
      context: 'input',
      found: 'opened',
    })
    assert.equal(
      dataset.source,
      `{"path":"data/é","md5":"${'1'.repeat(32)}","size":5,"files":2,"commit":"${'c'.repeat(40)}"}`,
    )
  })

  it('is not read out of what others have logged', () => {
    const input = toDatasetInput({ version: { path: 'a', md5: '1'.repeat(32) }, context: 'input', found: 'declared' })
    const { dataset } = input
    assert.equal(findRunData({ ...input, dataset: { ...dataset, sourceType: 'local' } }), undefined)
    assert.equal(findRunData({ ...input, dataset: { ...dataset, source: '{' } }), undefined)
    assert.equal(findRunData({ ...input, dataset: { ...dataset, digest: '2'.repeat(32) } }), undefined)
    for (const source of ['', '[]', '{}', '{"path":"a"}', '{"path":"a","md5":"../../x"}', '{"path":7,"md5":"x"}'])
      assert.equal(parseDataSource(source), undefined)
  })
})
