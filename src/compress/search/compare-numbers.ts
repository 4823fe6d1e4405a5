/** For sorting, the smaller first; of two that are infinite, which cannot be subtracted, neither is. */
export function compareNumbers(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}
