import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import type { TensorValue } from '../../src/onnx/tensor-value.ts'

const csv = join(import.meta.dirname, '../../sample-workspace/data/digits.csv')

/** Pixels of a digit. */
export const pixels = 64

/** Writes the digits that the sample and the template test on, the first of every five, as samples for a model. */
export async function writeTestDigits(path: string): Promise<void> {
  const [, ...lines] = (await readFile(csv, 'utf8')).trim().split('\n')
  const rows = lines.filter((_, index) => index % 5 === 0).map((line) => line.split(',').map(Number))
  const data = Float32Array.from(rows.flatMap((row) => row.slice(0, -1).map((value) => value / 16)))
  const x: TensorValue = { dtype: 'float32', dims: [rows.length, pixels], data }
  const labels = BigInt64Array.from(rows, (row) => BigInt(row.at(-1) ?? 0))
  await writeArrayFile(
    path,
    new Map<string, TensorValue>([
      ['x', x],
      ['labels', { dtype: 'int64', dims: [rows.length], data: labels }],
    ]),
  )
}
