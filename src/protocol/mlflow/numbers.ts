/** What the wire stores an infinity as: SQL databases have no infinities, and MLflow's clients know these. */
const largestDouble = Number.MAX_VALUE

/** A double as it comes in JSON: a number, or `NaN`, `Infinity`, `-Infinity` or decimal digits as a string. */
export function parseDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  if (value === 'NaN') return Number.NaN
  if (value === 'Infinity') return Number.POSITIVE_INFINITY
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value) ? Number(value) : undefined
}

/** A metric's value as MLflow's server answers it: infinities as the largest doubles, NaN as a string. */
export function writeDouble(value: number): number | 'NaN' {
  if (Number.isNaN(value)) return 'NaN'
  return Math.max(-largestDouble, Math.min(largestDouble, value))
}

/** An int64 as it comes in JSON, which may be beyond what a double holds exactly. */
export function parseInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined
  if (typeof value === 'string' && /^[+-]?\d{1,20}$/.test(value)) return Number(value)
  return undefined
}
