import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { writeArrayFile } from '../onnx/npz.ts'
import type { ValueSignature } from '../onnx/session.ts'
import type { TensorValue } from '../onnx/tensor-value.ts'
import { openSampleData } from './open-sample-data.ts'

const matrix: readonly ValueSignature[] = [{ name: 'x', dtype: 'float32', dims: ['N', 2] }]
const columns: readonly ValueSignature[] = [
  { name: 'age', dtype: 'int64', dims: ['N', 1] },
  { name: 'town', dtype: 'string', dims: ['N', 1] },
]

describe('samples for a model', () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-samples-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function readAll(path: string, inputs: readonly ValueSignature[], size: number) {
    await using data = await openSampleData(path, inputs)
    return { count: data.count, hasLabels: data.hasLabels, batches: await Array.fromAsync(data.batches(size)) }
  }

  it('are arrays of NumPy, in the types of the inputs, with labels where there are some', async () => {
    const x: TensorValue = { dtype: 'float64', dims: [3, 2], data: Float64Array.of(1, 2, 3, 4, 5, 6) }
    const labels: TensorValue = { dtype: 'int64', dims: [3], data: BigInt64Array.of(7n, 8n, 9n) }
    await writeArrayFile(
      file('a.npz'),
      new Map([
        ['x', x],
        ['labels', labels],
      ]),
    )
    const { count, hasLabels, batches } = await readAll(file('a.npz'), matrix, 2)
    assert.deepEqual([count, hasLabels, batches.length], [3, true, 2])
    assert.deepEqual(batches[1], {
      feeds: new Map([['x', { dtype: 'float32', dims: [1, 2], data: Float32Array.of(5, 6) }]]),
      labels: { dtype: 'int64', dims: [1], data: BigInt64Array.of(9n) },
      count: 1,
    })
    await writeArrayFile(file('b.npz'), new Map([['images', x]]))
    assert.equal((await readAll(file('b.npz'), matrix, 9)).batches.length, 1)
  })

  it('are runs as a whole where each array has a dim more than its input', async () => {
    const inputs: readonly ValueSignature[] = [
      { name: 'sound', dtype: 'float32', dims: ['N', 2] },
      { name: 'state', dtype: 'float32', dims: [2, 'N', 1] },
      { name: 'rate', dtype: 'int64', dims: [] },
    ]
    const arrays: [string, TensorValue][] = [
      ['sound', { dtype: 'float32', dims: [2, 1, 2], data: Float32Array.of(1, 2, 3, 4) }],
      ['state', { dtype: 'float32', dims: [2, 2, 1, 1], data: Float32Array.of(5, 6, 7, 8) }],
      ['rate', { dtype: 'int64', dims: [2], data: BigInt64Array.of(9n, 10n) }],
      ['labels', { dtype: 'int64', dims: [2], data: BigInt64Array.of(0n, 1n) }],
    ]
    await writeArrayFile(file('runs.npz'), new Map(arrays))
    const { count, batches } = await readAll(file('runs.npz'), inputs, 32)
    assert.equal(count, 2)
    assert.deepEqual(batches[1], {
      feeds: new Map<string, TensorValue>([
        ['sound', { dtype: 'float32', dims: [1, 2], data: Float32Array.of(3, 4) }],
        ['state', { dtype: 'float32', dims: [2, 1, 1], data: Float32Array.of(7, 8) }],
        ['rate', { dtype: 'int64', dims: [], data: BigInt64Array.of(10n) }],
      ]),
      labels: { dtype: 'int64', dims: [1], data: BigInt64Array.of(1n) },
      count: 1,
    })
  })

  it('are columns of a table by the names of the inputs, or all of them for the only one', async () => {
    await writeFile(file('a.csv'), 'age,labels,town\n31,yes,"Aix, FR"\n5,no,Bern\n')
    assert.deepEqual((await readAll(file('a.csv'), columns, 5)).batches, [
      {
        feeds: new Map<string, TensorValue>([
          ['age', { dtype: 'int64', dims: [2, 1], data: BigInt64Array.of(31n, 5n) }],
          ['town', { dtype: 'string', dims: [2, 1], data: ['Aix, FR', 'Bern'] }],
        ]),
        labels: { dtype: 'string', dims: [2], data: ['yes', 'no'] },
        count: 2,
      },
    ])
    await writeFile(file('b.tsv'), 'a\tlabels\tb\n1\tyes\t\n3\tno\t4e1\n')
    const { batches } = await readAll(file('b.tsv'), matrix, 5)
    assert.deepEqual(batches[0]?.feeds.get('x'), {
      dtype: 'float32',
      dims: [2, 2],
      data: Float32Array.of(1, Number.NaN, 3, 40),
    })
  })

  it('say what of them the model does not take', async () => {
    await writeFile(file('bad.csv'), 'a,b\n1,2\n3,x\n')
    await assert.rejects(readAll(file('bad.csv'), matrix, 5), /bad\.csv, row 2: “x” is no number for the input “x”/)
    await assert.rejects(readAll(file('bad.csv'), columns, 5), /bad\.csv has no column for the model’s input “age”/)
    await writeFile(file('wide.csv'), 'a,b,c\n1,2,3\n')
    await assert.rejects(readAll(file('wide.csv'), matrix, 5), /wide\.csv has 3 columns, and the model takes 2/)
    await writeFile(file('ragged.csv'), 'a,b\n1\n')
    await assert.rejects(readAll(file('ragged.csv'), matrix, 5), /ragged\.csv: row 1 has another number of cells/)
    const one: TensorValue = { dtype: 'float32', dims: [1, 2], data: Float32Array.of(1, 2) }
    const two: TensorValue = { dtype: 'int8', dims: [2], data: Int8Array.of(1, 2) }
    await writeArrayFile(
      file('c.npz'),
      new Map([
        ['x', one],
        ['labels', two],
      ]),
    )
    await assert.rejects(readAll(file('c.npz'), matrix, 5), /not the same number of samples: x 1, labels 2/)
    await assert.rejects(readAll(file('c.npz'), columns, 5), /c\.npz has no array for the model’s input “age”/)
    await mkdir(file('images'))
    await assert.rejects(readAll(file('images'), matrix, 5), /images has images, and the model’s input “x” has 2 dims/)
    await assert.rejects(readAll(file('absent.npz'), matrix, 5), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})
