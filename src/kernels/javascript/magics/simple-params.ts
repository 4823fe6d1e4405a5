import type { Param } from '../../../protocol/runs.ts'

const constant = /^const\s+(\w+)(?:\s*:[^=]+)?\s*=\s*(.+?)\s*;?\s*(?:\/\/.*)?$/
const literal = /^(?:-?[\d._]+(?:e[+-]?\d+)?|'[^'\\]*'|"[^"\\]*"|true|false|\[[-\d.,\s_e+]*\])$/i

/** Constants that a cell sets in a line of their own to what is written out there: numbers, texts, truths, lists of numbers. */
export function simpleParams(code: string): readonly Param[] {
  return code.split('\n').flatMap((line) => {
    const [, key, value] = constant.exec(line) ?? []
    if (key === undefined || value === undefined || !literal.test(value)) return []
    return [{ key, value: value.replaceAll(/^['"]|['"]$/g, '') }]
  })
}
