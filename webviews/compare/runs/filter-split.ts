/** One comparison of a filter, as it is written there. */
export interface FilterTerm {
  readonly text: string
  /** Without its quotes: `params.batch size`. */
  readonly name: string
  /** In capitals, its words one space apart: `>=`, `NOT IN`. */
  readonly operator: string
  /** Texts without their quotes, numbers as they are written. */
  readonly values: readonly string[]
}

const token = /(?:`[^`]*`|"[^"]*"|[\p{L}\p{N}_./:+-])+|'(?:[^']|'')*'|[=<>!]+|[(),]/gu

/** The comparisons of a filter from left to right; undefined for a text that is none, which the engine explains. */
export function splitFilter(filter: string): readonly FilterTerm[] | undefined {
  const found = [...filter.matchAll(token)]
  if (filter.replaceAll(token, '').trim() !== '') return undefined
  const terms: FilterTerm[] = []
  let words: RegExpExecArray[] = []
  for (const word of [...found, undefined]) {
    // A name may be AND, too, but no value is.
    if (word !== undefined && !(words.length > 0 && /^and$/i.test(word[0]))) {
      words.push(word)
      continue
    }
    if (words.length === 0 && terms.length === 0) continue
    const term = readTerm(filter, words)
    if (term === undefined) return undefined
    terms.push(term)
    words = []
  }
  return terms
}

function readTerm(filter: string, words: readonly RegExpExecArray[]): FilterTerm | undefined {
  const [name, ...rest] = words
  const last = words.at(-1)
  if (name === undefined || last === undefined || rest.length === 0) return undefined
  const text = filter.slice(name.index, last.index + last[0].length)
  const operators = rest.filter(([word]) => /^([=<>!]+|not|in|is|null|i?like)$/i.test(word))
  const values = rest.filter((word) => !operators.includes(word) && !/^[(),]$/.test(word[0]))
  const operator = operators.map(([word]) => word.toUpperCase()).join(' ')
  if (operator === '' || (values.length === 0) !== operator.endsWith('NULL')) return undefined
  return { text, name: name[0].replaceAll(/[`"]/g, ''), operator, values: values.map(([word]) => unquote(word)) }
}

function unquote(word: string): string {
  if (word.startsWith("'")) return word.slice(1, -1).replaceAll("''", "'")
  return /^"[^"]*"$/.test(word) ? word.slice(1, -1) : word
}
