import { RunwrightError } from '../../protocol/errors.ts'
import type { Comparison, Identifier } from '../../protocol/mlflow/search.ts'
import { runAttributes, type TableColumn } from '../../protocol/run-table.ts'
import type { MemoryRun } from './memory-run.ts'

/** Params that the engine takes for numbers when they are compared with one. */
const numeric = /^[-+.0-9].*[.0-9]$|^[.0-9]$/s

/** Whether a comparison holds, as in SQL: a missing value matches nothing but IS NULL, and NaN is unequal to all. */
export function matches(run: MemoryRun, comparison: Comparison): boolean {
  const value = run.value(toColumn(comparison.identifier))
  switch (comparison.operator) {
    case 'IS NULL':
      return value === undefined
    case 'IS NOT NULL':
      return value !== undefined
    case 'IN':
      return value !== undefined && comparison.values.includes(String(value))
    case 'NOT IN':
      return value !== undefined && !comparison.values.includes(String(value))
    case 'LIKE':
      return value !== undefined && isLike(String(value), String(comparison.value))
    case 'ILIKE':
      return value !== undefined && isLike(lowerAscii(String(value)), lowerAscii(String(comparison.value)))
    default:
      return value !== undefined && compare(value, comparison.operator, comparison.value)
  }
}

function compare(found: string | number, operator: '=' | '!=' | '<' | '<=' | '>' | '>=', wanted: string | number) {
  if (typeof found === 'string' && typeof wanted === 'number' && !numeric.test(found)) return false
  const value = typeof wanted === 'number' ? Number(found) : String(found)
  switch (operator) {
    case '=':
      return value === wanted
    case '!=':
      return value !== wanted
    case '<':
      return value < wanted
    case '<=':
      return value <= wanted
    case '>':
      return value > wanted
    case '>=':
      return value >= wanted
  }
}

function toColumn({ kind, key }: Identifier): TableColumn {
  if (kind === 'metric') return { kind, key, aggregate: 'last' }
  if (kind === 'param' || kind === 'tag') return { kind, key }
  const attribute = runAttributes.find((known) => known === key)
  if (kind === 'attribute' && attribute !== undefined) return { kind, key: attribute }
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `These runs cannot be filtered by ${kind} '${key}'.`)
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** `%` stands for any text and `_` for any character. Goes back no further than to the last `%`. */
function isLike(text: string, pattern: string): boolean {
  const [letters, signs] = [[...text], [...pattern]]
  let [place, sign, lastAny, retry] = [0, 0, -1, 0]
  while (place < letters.length) {
    if (signs[sign] === '%') {
      lastAny = sign
      retry = place
      sign += 1
    } else if (signs[sign] === '_' || (sign < signs.length && signs[sign] === letters[place])) {
      place += 1
      sign += 1
    } else if (lastAny < 0) return false
    else {
      sign = lastAny + 1
      retry += 1
      place = retry
    }
  }
  return signs.slice(sign).every((rest) => rest === '%')
}
