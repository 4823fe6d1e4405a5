/** What the runs of a group agree in: a value for each column grouped by, null where they have none. */
export type GroupKey = readonly (string | number | null)[]

/** A name that no other key has, whatever its texts hold; NaN and infinities have their own. */
export function nameGroup(key: GroupKey): string {
  return key.map((value) => (typeof value === 'number' ? String(value) : JSON.stringify(value))).join()
}

/** The order of groups of one size: by value, column by column, and missing values last, as in the table. */
export function compareGroupKeys(a: GroupKey, b: GroupKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? null
    if (Object.is(left, right)) continue
    if (left === null || right === null) return left === null ? 1 : -1
    return left < right ? -1 : 1
  }
  return 0
}
