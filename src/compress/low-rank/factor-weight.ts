import { findSingular, type Matrix } from './find-singular.ts'

/** Of weights. */
interface FloatMatrix extends Matrix {
  readonly values: Float32Array
}

/** A matrix as a product of a tall one and a wide one, each in row-major order. */
export interface Factors {
  readonly rank: number
  /** rows × rank. */
  readonly left: Float32Array<ArrayBuffer>
  /** rank × columns. */
  readonly right: Float32Array<ArrayBuffer>
  /** The share of the sum of all squares that the product has, from 0 to 1. */
  readonly energy: number
}

type Sizes = Pick<Matrix, 'rows' | 'columns'>

/** How many singular values are kept. */
export interface RankSettings {
  readonly by: 'energy' | 'parameters'
  /** The least share of the sum of squares of singular values that is kept, from 0 to 1. */
  readonly energy: number
  /** The largest share of a weight's numbers that its two parts may have, from 0 to 1. */
  readonly parameters: number
  /** Ranks are multiples of it. */
  readonly roundTo: number
}

/**
 * Two layers write and read what is between them, and start a kernel more. With three quarters of the numbers a layer was
 * seen to take 0.8 of its time; with all but as many as before, 1.1 of it.
 */
const largestShare = 0.75

/** What rounding to float32 may add to a weight, as a share of its energy. */
const roundingEnergy = 2 ** -46

/** The largest rank that is worth it. */
function worthRank({ rows, columns }: Sizes, share: number): number {
  return Math.floor((share * rows * columns) / (rows + columns))
}

/** Whether any rank could be worth it, before the work of looking for one. */
export function canFactor(sizes: Sizes, { roundTo }: RankSettings): boolean {
  return worthRank(sizes, largestShare) >= roundTo
}

/**
 * The product of the wanted rank that is nearest to a matrix; undefined when it would not be smaller by a quarter.
 *
 * @param matrix of finite numbers
 *
 * @see Eckart and Young, The Approximation of One Matrix by Another of Lower Rank, 1936
 */
export async function factorWeight(
  matrix: FloatMatrix,
  settings: RankSettings,
  signal: AbortSignal,
): Promise<Factors | undefined> {
  const isTall = matrix.rows >= matrix.columns
  const { values, vectors } = await findSingular(isTall ? matrix : turn(matrix), signal)
  const squares = values.map((value) => value * value)
  const total = squares.reduce((sum, square) => sum + square, 0)
  const rank = chooseRank(matrix, squares, settings)
  if (total === 0 || rank < 1 || rank > worthRank(matrix, largestShare)) return undefined
  const basis = vectors.slice(0, rank)
  const energy = squares.subarray(0, rank).reduce((sum, square) => sum + square, 0) / total
  const flat = (rows: readonly Float64Array[]) => Float32Array.from(rows.flatMap((row) => [...row]))
  const wide = { values: flat(basis), rows: rank, columns: basis[0]?.length ?? 0 }
  // A = (A V) Vᵀ of a tall matrix, and U (Uᵀ A) of a wide one.
  if (isTall) return { rank, energy, left: multiply(matrix, turn(wide)), right: wide.values }
  return { rank, energy, left: turn(wide).values, right: multiply(wide, matrix) }
}

function chooseRank(sizes: Sizes, squares: Float64Array, settings: RankSettings): number {
  const { by, roundTo } = settings
  if (by === 'parameters') {
    return Math.floor(worthRank(sizes, Math.min(settings.parameters, largestShare)) / roundTo) * roundTo
  }
  // Small ones first, so that none is lost beside the sum.
  const total = squares.reduceRight((sum, square) => sum + square, 0)
  const spare = Math.max(1 - settings.energy, roundingEnergy)
  let [rest, rank] = [0, squares.length]
  while (rank > 0 && rest + (squares[rank - 1] ?? 0) <= spare * total) rest += squares[--rank] ?? 0
  return Math.ceil(rank / roundTo) * roundTo
}

/** Rows and columns exchanged. */
function turn({ values, rows, columns }: FloatMatrix) {
  const other = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) other[column * rows + row] = values[row * columns + column] ?? 0
  }
  return { values: other, rows: columns, columns: rows }
}

function multiply(a: FloatMatrix, b: FloatMatrix): Float32Array<ArrayBuffer> {
  const product = new Float32Array(a.rows * b.columns)
  const sums = new Float64Array(b.columns)
  for (let row = 0; row < a.rows; row++) {
    sums.fill(0)
    for (let inner = 0; inner < a.columns; inner++) {
      const factor = a.values[row * a.columns + inner] ?? 0
      for (let column = 0; column < b.columns; column++) {
        sums[column] = (sums[column] ?? 0) + factor * (b.values[inner * b.columns + column] ?? 0)
      }
    }
    product.set(sums, row * b.columns)
  }
  return product
}
