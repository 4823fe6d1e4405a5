import { basename } from 'node:path'
import { openArrayFile, type StoredArray } from '../onnx/npz.ts'
import { RunwrightError } from '../protocol/errors.ts'

/** Which samples are compared with one another, and how alike they are. */
export interface Pairs {
  /** Places of samples, from 0. */
  readonly first: readonly number[]
  readonly second: readonly number[]
  /** How alike people found each pair; larger is more, in whatever unit. Undefined when nobody was asked. */
  readonly scores: readonly number[] | undefined
}

/**
 * Reads the arrays `pairs` (whole numbers, [pairs, 2]) and, when there is one, `scores` (numbers, [pairs]) of the file that
 * has the samples.
 *
 * @throws BAD_REQUEST when there are no such arrays, or they do not fit; as `openArrayFile`
 */
export async function readPairs(path: string): Promise<Pairs> {
  const name = basename(path)
  if (!path.endsWith('.npz')) throw wrong(name, 'pairs of samples are read from .npz files only')
  await using file = await openArrayFile(path)
  const find = (wanted: string) => file.arrays.find((array) => array.name === wanted)
  const [pairs, scores] = [find('pairs'), find('scores')]
  if (pairs === undefined) throw wrong(name, 'it has no array “pairs”')
  if (pairs.dims.length !== 2 || pairs.dims[1] !== 2 || !/^u?int/.test(pairs.dtype)) {
    throw wrong(name, `“pairs” is ${pairs.dtype} [${pairs.dims.join(', ')}], and not whole numbers [pairs, 2]`)
  }
  if (scores !== undefined && (scores.dims.length !== 1 || scores.dims[0] !== pairs.dims[0])) {
    throw wrong(name, `“scores” is [${scores.dims.join(', ')}], and there are ${pairs.dims[0] ?? 0} pairs`)
  }
  const places = await readList(pairs)
  return {
    first: places.filter((_, index) => index % 2 === 0),
    second: places.filter((_, index) => index % 2 === 1),
    scores: scores && (await readList(scores)),
  }
}

async function readList(array: StoredArray): Promise<number[]> {
  const { data } = await array.read()
  return Array.from<number | bigint | string, number>(data, Number)
}

function wrong(name: string, why: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `${name}: ${why}.`, {
    hint: 'Save the places of both samples of each pair, and how alike they are: numpy.savez(…, pairs=[[0, 1], [0, 2]], scores=[4.5, 1]).',
  })
}
