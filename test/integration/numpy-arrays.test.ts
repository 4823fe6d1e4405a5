import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { openArrayFile, readArrayFile, writeArrayFile } from '../../src/onnx/npz.ts'
import type { TensorValue } from '../../src/onnx/tensor-value.ts'
import { findTestPython } from '../servers/test-python.ts'

describe('files of arrays and NumPy', { timeout: 300_000 }, () => {
  let folder: string
  let expected: Record<string, unknown>
  const numpy = async (action: 'write' | 'tell', path: string): Promise<Record<string, unknown>> => {
    const script = join(import.meta.dirname, '../python/numpy_arrays.py')
    const { stdout } = await promisify(execFile)(findTestPython(process.env), [script, action, path])
    return JSON.parse(stdout)
  }
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-numpy-'))
    expected = await numpy('write', folder)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('what NumPy has written is read as NumPy reads it, packed or not', async () => {
    for (const name of ['plain.npz', 'packed.npz']) {
      const arrays = await readArrayFile(join(folder, name))
      assert.deepEqual(Object.fromEntries([...arrays].map(([key, value]) => [key, tell(value)])), expected, name)
    }
    assert.deepEqual(tell((await readArrayFile(join(folder, 'one.npy'))).get('one')), expected['fortran'])
  })

  it('rows are those of NumPy, of whatever order', async () => {
    await using file = await openArrayFile(join(folder, 'packed.npz'))
    for (const array of file.arrays.filter(({ dims }) => dims.length > 0)) {
      const whole = await array.read()
      const parts = await Array.fromAsync(array.rows(1))
      const together = parts.flatMap((part) => Array.from<unknown>(part.data))
      assert.deepEqual(together, Array.from<unknown>(whole.data), array.name)
      assert.equal(parts.length, array.dims[0])
    }
  })

  it('what is written NumPy reads', async () => {
    const path = join(folder, 'ours.npz')
    await writeArrayFile(path, await readArrayFile(join(folder, 'plain.npz')))
    assert.deepEqual(await numpy('tell', path), expected)
  })
})

/** As `numpy_arrays.py` tells of an array. */
function tell(value: TensorValue | undefined): unknown {
  assert.ok(value !== undefined)
  const { dtype, dims, data } = value
  if (dtype === 'string') return { dtype, dims, data: [...data] }
  const numbers = dtype === 'float16' ? new Float16Array(data.buffer, data.byteOffset, data.length) : data
  return { dtype, dims, data: Array.from<number | bigint, string>(numbers, (element) => toPython(Number(element))) }
}

function toPython(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}
