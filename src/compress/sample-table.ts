import { makeNumbers } from '../onnx/convert-tensor.ts'
import type { ValueSignature } from '../onnx/session.ts'
import { countElements, type TensorValue } from '../onnx/tensor-value.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type Batch, fixedRunSize, labelsName, type SampleData } from './sample-data.ts'

/** A table with a row for each sample. Cells are texts, numbers, booleans, lists of such, or null where there is nothing. */
export interface SampleTable extends AsyncDisposable {
  /** Of its file, for errors. */
  readonly name: string
  readonly columns: readonly string[]
  readonly count: number
  /** @param start the first row, from 0 */
  readRows(start: number, count: number): Promise<readonly (readonly unknown[])[]>
}

/** The columns of an input, by their places. */
interface InputColumns {
  readonly input: ValueSignature
  readonly columns: readonly number[]
}

/**
 * A table as samples for a model: each input is a column of its name; or the only input is a matrix of all columns but
 * `labels`, in their order.
 *
 * @throws BAD_REQUEST when it has not what the model takes
 */
export function toSampleData(table: SampleTable, inputs: readonly ValueSignature[]): SampleData {
  const labels = table.columns.indexOf(labelsName)
  const given = findColumns(table, inputs)
  return {
    name: table.name,
    count: table.count,
    hasLabels: labels >= 0,
    runSize: fixedRunSize(inputs),
    async *batches(size) {
      for (let start = 0; start < table.count; start += size) {
        const rows = await table.readRows(start, Math.min(size, table.count - start))
        const feeds = given.map(({ input, columns }) => {
          const cells = rows.flatMap((row) => columns.map((column) => row[column]))
          return [input.name, toTensor(input, cells, columns.length, { name: table.name, start })] as const
        })
        const right = labels < 0 ? undefined : toLabels(rows.map((row) => row[labels]))
        yield { feeds: new Map(feeds), labels: right, count: rows.length } satisfies Batch
      }
    },
    [Symbol.asyncDispose]: () => table[Symbol.asyncDispose](),
  }
}

function findColumns({ columns, name }: SampleTable, inputs: readonly ValueSignature[]): readonly InputColumns[] {
  const named = inputs.map((input) => ({ input, columns: [columns.indexOf(input.name)] }))
  if (named.every(({ columns: [at = -1] }) => at >= 0)) return named
  const features = columns.flatMap((column, at) => (column === labelsName ? [] : [at]))
  const [only, ...others] = inputs
  const width = only?.dims[1]
  if (only !== undefined && others.length === 0 && only.dims.length === 2) {
    if (typeof width !== 'number' || width === features.length) return [{ input: only, columns: features }]
    throw new RunwrightError('BAD_REQUEST', `${name} has ${features.length} columns, and the model takes ${width}.`, {
      hint: `The column of what is right is called “${labelsName}”; all others go to the model.`,
    })
  }
  const missing = named.find(({ columns: [at = -1] }) => at < 0)?.input.name ?? ''
  throw new RunwrightError('BAD_REQUEST', `${name} has no column for the model’s input “${missing}”.`, {
    hint: `Its columns are: ${columns.join(', ')}.`,
  })
}

interface Place {
  readonly name: string
  /** The row of the first cell, from 0. */
  readonly start: number
}

function toTensor(
  { name, dtype = 'float32', dims }: ValueSignature,
  cells: readonly unknown[],
  columns: number,
  place: Place,
): TensorValue {
  const inner = dimsOfCell(cells[0])
  const rows = cells.length / columns
  const shape = inner.length > 0 || dims.length === 1 ? [rows, ...inner] : [rows, columns]
  const width = countElements(inner)
  const flat = cells.flatMap((cell, at) => {
    const elements = Array.isArray(cell) ? cell.flat(inner.length - 1) : [cell]
    if (elements.length === width) return elements
    throw wrong(
      place,
      Math.floor(at / columns),
      `has ${elements.length} elements and not ${width}, for the input “${name}”`,
    )
  })
  if (dtype === 'string') return { dtype, dims: shape, data: flat.map((cell) => (cell === null ? '' : String(cell))) }
  const numbers = flat.map((cell, at) => {
    const number = toNumber(cell)
    if (number !== undefined) return number
    throw wrong(place, Math.floor(at / columns / width), `“${String(cell)}” is no number for the input “${name}”`)
  })
  return makeNumbers(dtype, shape, numbers, `${place.name}, ${name}`)
}

/** Of a cell that is a list, or a list of lists. */
function dimsOfCell(cell: unknown): readonly number[] {
  const dims: number[] = []
  for (let inner = cell; Array.isArray(inner); inner = inner[0]) dims.push(inner.length)
  return dims
}

/** Nothing is a missing value; `Number` makes 0 of it. */
function toNumber(cell: unknown): number | bigint | undefined {
  if (cell === null || cell === undefined) return Number.NaN
  if (typeof cell === 'number') return cell
  if (typeof cell === 'boolean') return cell ? 1 : 0
  if (typeof cell !== 'string') return undefined
  if (cell.trim() === '' || /^nan$/i.test(cell)) return Number.NaN
  // Larger ones than a number can hold.
  if (/^-?\d{16,20}$/.test(cell)) return BigInt(cell)
  const number = Number(cell)
  return Number.isNaN(number) ? undefined : number
}

function wrong({ name, start }: Place, row: number, what: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `${name}, row ${start + row + 1}: ${what}.`)
}

/** As texts, which classes and numbers alike can be read from. */
function toLabels(cells: readonly unknown[]): TensorValue {
  const data = cells.map((cell) => (cell === null || cell === undefined ? '' : String(cell)))
  return { dtype: 'string', dims: [cells.length], data }
}
