/**
 * The greatest value of `gains · x` for `x ≥ 0` with `rows · x ≤ limits`, by Dantzig's simplex method with Bland's rule
 * against cycling.
 *
 * @param limits none below 0, so that `x = 0` is allowed
 * @throws when there is no greatest value
 */
export function maximize(
  gains: readonly number[],
  rows: readonly (readonly number[])[],
  limits: readonly number[],
): number {
  const width = gains.length + rows.length
  // One slack variable for each row; the last column is the limit, the last row the gain.
  const table = rows.map((row, index) => [
    ...gains.map((_, column) => row[column] ?? 0),
    ...rows.map((_, other) => (other === index ? 1 : 0)),
    limits[index] ?? 0,
  ])
  const goal = [...gains.map((gain) => -gain), ...rows.map(() => 0), 0]
  for (;;) {
    const column = goal.findIndex((value, index) => index < width && value < -1e-9)
    if (column === -1) return goal[width] ?? 0
    pivot(table, goal, findPivotRow(table, column, width), column)
  }
}

function findPivotRow(table: readonly (readonly number[])[], column: number, width: number): number {
  let [best, least] = [-1, Infinity]
  for (const [index, row] of table.entries()) {
    const factor = row[column] ?? 0
    if (factor <= 1e-9) continue
    const ratio = (row[width] ?? 0) / factor
    if (ratio < least - 1e-12) [best, least] = [index, ratio]
  }
  if (best === -1) throw new Error('The program has no greatest value.')
  return best
}

function pivot(table: number[][], goal: number[], at: number, column: number): void {
  const row = table[at] ?? []
  const factor = row[column] ?? 1
  for (const [index, value] of row.entries()) row[index] = value / factor
  for (const other of [...table, goal]) {
    const times = other[column] ?? 0
    if (other === row || times === 0) continue
    for (const [index, value] of row.entries()) other[index] = (other[index] ?? 0) - times * value
  }
}
