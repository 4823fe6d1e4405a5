import { setImmediate } from 'node:timers/promises'

/** A matrix in row-major order. */
export interface Matrix {
  readonly values: ArrayLike<number>
  readonly rows: number
  readonly columns: number
}

/** What a matrix stretches, and by how much. */
export interface Singular {
  /** Singular values, the largest first; `columns` of them. */
  readonly values: Float64Array<ArrayBuffer>
  /** The right singular vector of each, of length `columns`; zeros for a value of 0. */
  readonly vectors: readonly Float64Array<ArrayBuffer>[]
}

/** Rows whose cosine is less count as at right angles. */
const tolerance = 1e-12
/** More than any matrix was ever seen to take; about 10 are usual. */
const maxSweeps = 60

/**
 * Singular values and right singular vectors, by a QR decomposition and one-sided Jacobi rotations: A = QR, and the rows
 * of R are turned in pairs until all are at right angles. Each is then a right singular vector of A, as long as its
 * singular value. Takes about 40 · columns³ + 2 · rows · columns² operations, so hand over the matrix with fewer columns
 * than rows.
 *
 * @throws the signal's reason when it is aborted
 * @see Hestenes, Inversion of Matrices by Biorthogonalization and Related Results, 1958
 * @see Drmač and Veselić, New Fast and Accurate Jacobi SVD Algorithm, 2008, for R in the place of A
 */
export async function findSingular(matrix: Matrix, signal: AbortSignal): Promise<Singular> {
  const rows = triangularize(matrix)
  for (let sweep = 0; sweep < maxSweeps && turnAll(rows); sweep++) {
    await setImmediate()
    signal.throwIfAborted()
  }
  const lengths = rows.map((row) => Math.sqrt(dot(row, row)))
  const order = [...lengths.keys()].toSorted((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b)
  const values = Float64Array.from(order, (index) => lengths[index] ?? 0)
  const vectors = order.map((index, place) => {
    const length = values[place] ?? 0
    return (rows[index] ?? new Float64Array(matrix.columns)).map((value) => (length > 0 ? value / length : 0))
  })
  return { values, vectors }
}

/** The rows of R, by Householder's reflections. */
function triangularize({ values, rows, columns }: Matrix): Float64Array<ArrayBuffer>[] {
  const own = Array.from({ length: columns }, (_, column) =>
    Float64Array.from({ length: rows }, (__, row) => values[row * columns + column] ?? 0),
  )
  for (const [step, column] of own.entries()) {
    if (step >= rows) break
    const rest = column.subarray(step)
    const length = Math.sqrt(dot(rest, rest))
    const mirror = rest.slice()
    const diagonal = (mirror[0] ?? 0) > 0 ? -length : length
    mirror[0] = (mirror[0] ?? 0) - diagonal
    const square = dot(mirror, mirror)
    if (square === 0) continue
    for (const other of own.slice(step)) {
      const below = other.subarray(step)
      addTimes(below, mirror, (-2 * dot(mirror, below)) / square)
    }
  }
  return own.map((_, row) =>
    Float64Array.from(own, (column, index) => (index < row || row >= rows ? 0 : (column[row] ?? 0))),
  )
}

/** Turns each pair of rows once; false when all were at right angles. */
function turnAll(rows: readonly Float64Array[]): boolean {
  const squares = Float64Array.from(rows, (row) => dot(row, row))
  // What rounding has left of a row that is none.
  const least = 1e-30 * squares.reduce((sum, square) => sum + square, 0)
  let hasTurned = false
  for (const [first, row] of rows.entries()) {
    for (let second = first + 1; second < rows.length; second++) {
      const [a, b, other] = [squares[first] ?? 0, squares[second] ?? 0, rows[second]]
      if (other === undefined || a <= least || b <= least) continue
      const product = dot(row, other)
      if (!(Math.abs(product) > tolerance * Math.sqrt(a * b))) continue
      hasTurned = true
      const zeta = (b - a) / (2 * product)
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
      turn(row, other, tangent)
      squares[first] = a - tangent * product
      squares[second] = b + tangent * product
    }
  }
  return hasTurned
}

function turn(row: Float64Array, other: Float64Array, tangent: number): void {
  const cosine = 1 / Math.sqrt(1 + tangent * tangent)
  const sine = cosine * tangent
  for (let at = 0; at < row.length; at++) {
    const [a, b] = [row[at] ?? 0, other[at] ?? 0]
    row[at] = cosine * a - sine * b
    other[at] = sine * a + cosine * b
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0)
  return sum
}

function addTimes(to: Float64Array, values: Float64Array, factor: number): void {
  for (let at = 0; at < to.length; at++) to[at] = (to[at] ?? 0) + factor * (values[at] ?? 0)
}
