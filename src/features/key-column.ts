import type { ResultColumn } from '../data/duckdb-process.ts'
import { RunwrightError } from '../protocol/errors.ts'

const integers = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/
const numbers = /^(FLOAT|DOUBLE)$/
const texts = /^(VARCHAR|ENUM\()/
const others = /^(BOOLEAN|UUID|DATE|BLOB|TIME|TIMESTAMP|DECIMAL\()/

/** @throws INVALID_PARAMETER_VALUE for a type that is no key of a feature set */
export function checkKeyColumn({ name, type }: ResultColumn, where: string): void {
  if (integers.test(type) || texts.test(type) || others.test(type)) return
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where}: key "${name}" holds ${type}, which is no key.`, {
    hint: numbers.test(type)
      ? `Numbers with a fraction are equal by chance. Make them integers: CAST("${name}" AS BIGINT).`
      : 'Keys are integers, texts, truths, UUIDs, decimals, dates or times.',
  })
}

/**
 * The key of an entity table as the key of a feature set has it, as SQL that can be compared. Integers of any size are
 * equal by value; a number with a fraction is no key, but one without is: that is how integers look beside missing ones
 * in a data frame.
 *
 * @param column an expression of SQL
 * @param where the entity table is, for errors
 * @throws INVALID_PARAMETER_VALUE when the two types have nothing to do with one another
 */
export function keyOf(column: string, given: ResultColumn, set: ResultColumn, where: string): string {
  if (given.type === set.type) return column
  if (integers.test(set.type)) {
    if (integers.test(given.type)) return `CAST(${column} AS HUGEINT)`
    if (numbers.test(given.type))
      return `TRY_CAST(CASE WHEN trunc(${column}) = ${column} THEN ${column} END AS HUGEINT)`
  }
  if (texts.test(set.type) && texts.test(given.type)) return `CAST(${column} AS VARCHAR)`
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `${where}: key "${given.name}" holds ${given.type}, but ${set.type} in the feature set.`,
    { hint: 'They can be compared when one is written as the other: by CAST in the query, or in the table.' },
  )
}

/** The key of a feature set, to be compared with `keyOf`. */
export function ownKeyOf(column: string, given: ResultColumn, set: ResultColumn): string {
  if (given.type === set.type) return column
  return integers.test(set.type) ? `CAST(${column} AS HUGEINT)` : `CAST(${column} AS VARCHAR)`
}
