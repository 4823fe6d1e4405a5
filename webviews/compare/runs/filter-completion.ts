import { quoteText } from '../../../src/protocol/filter-text.ts'
import { runStatuses } from '../../../src/protocol/runs.ts'
import type { TableColumn } from '../../../src/protocol/run-table.ts'
import { type FilterNames, findNamedColumn } from './find-named-column.ts'
import { toIdentifier } from './filter-terms.ts'

/** What may stand at a place of a filter, and the text it takes the place of. */
export interface Completion {
  readonly from: number
  readonly to: number
  readonly items: readonly string[]
  /** The column whose values were asked for. */
  readonly column?: TableColumn
}

const attributes = ['run_name', 'status', 'start_time', 'end_time', 'user_id', 'run_id']
const numberOperators = ['>', '>=', '<', '<=', '=', '!=']
const textOperators = ['=', '!=', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL']
const maxItems = 50

/** Words, quoted names and texts, and signs; a name goes on over its dots. */
const token = /(?:`[^`]*`?|"[^"]*"?|[\p{L}\p{N}_./:+-])+|'(?:[^']|'')*'?|[=<>!]+|[(),]/gu

type State = 'name' | 'operator' | 'value' | 'and'

interface Reading {
  readonly state: State
  /** The name before the operator. */
  readonly name: string
  /** In capitals, its words one space apart. */
  readonly operator: string
}

/** The texts that runs have in a column, the most frequent first; none while they are not known. */
export type ValuesOf = (column: TableColumn) => readonly string[]

/** Suggests what goes on from the beginning of a filter up to the caret. */
export function complete(filter: string, caret: number, names: FilterNames, valuesOf: ValuesOf): Completion {
  const tokens = [...filter.slice(0, caret).matchAll(token)]
  const last = tokens.at(-1)
  const isAtToken = last !== undefined && last.index + last[0].length === caret
  const before = (isAtToken ? tokens.slice(0, -1) : tokens).map(([word]) => word)
  const reading = read(before)
  const typed = isAtToken ? last[0] : ''
  const column = findValueColumn(reading, names)
  const found = column === undefined ? propose(reading, typed, names) : proposeValues(typed, column, valuesOf)
  const items = found.filter((item) => item !== typed).slice(0, maxItems)
  return { from: caret - typed.length, to: caret, items, ...(column === undefined ? {} : { column }) }
}

function read(words: readonly string[]): Reading {
  let reading: Reading = { state: 'name', name: '', operator: '' }
  for (const word of words) reading = step(reading, word)
  return reading
}

function step(reading: Reading, word: string): Reading {
  const { state, operator } = reading
  switch (state) {
    case 'name':
      return { state: 'operator', name: word, operator: '' }
    case 'operator': {
      const next = { ...reading, operator: `${operator} ${word.toUpperCase()}`.trim() }
      if (/^(is|not)$/i.test(word)) return next
      return { ...next, state: /^null$/i.test(word) ? 'and' : 'value' }
    }
    case 'value':
      return { ...reading, state: /^[(,]$/.test(word) ? 'value' : 'and' }
    case 'and':
      if (/^and$/i.test(word)) return { state: 'name', name: '', operator: '' }
      return { ...reading, state: word === ',' ? 'value' : 'and' }
  }
}

/** What is compared with whole texts; those of a pattern are the user's own. */
function findValueColumn({ state, name, operator }: Reading, names: FilterNames): TableColumn | undefined {
  if (state !== 'value' || !['=', '!=', 'IN', 'NOT IN'].includes(operator)) return undefined
  return isNumeric(name, names) ? undefined : findNamedColumn(name, names)
}

function propose({ state, name }: Omit<Reading, 'operator'>, typed: string, names: FilterNames): readonly string[] {
  switch (state) {
    case 'name':
      return proposeNames(typed, names)
    case 'operator': {
      const operators = isNumeric(name, names) ? numberOperators : textOperators
      return operators.filter((operator) => operator.startsWith(typed.toUpperCase()))
    }
    case 'value':
      return []
    case 'and':
      return 'AND'.startsWith(typed.toUpperCase()) ? ['AND'] : []
  }
}

/** Values in quotes: those that begin with what is typed, with or without its own quotes, before those that have it. */
function proposeValues(typed: string, column: TableColumn, valuesOf: ValuesOf): string[] {
  const wanted = typed.replace(/^['"]/, '').replace(/'$/, '').replaceAll("''", "'").toLowerCase()
  const isStatus = column.kind === 'attribute' && column.key === 'status'
  const fit = (isStatus ? runStatuses : valuesOf(column)).filter((value) => value.toLowerCase().includes(wanted))
  return fit.toSorted((a, b) => Number(startsWith(b, wanted)) - Number(startsWith(a, wanted))).map(quoteText)
}

const startsWith = (value: string, wanted: string) => value.toLowerCase().startsWith(wanted)

function isNumeric(name: string, names: FilterNames): boolean {
  const column = findNamedColumn(name, names)
  return column?.kind === 'metric' || (column?.kind === 'attribute' && column.key.endsWith('_time'))
}

/** Names that begin with what is typed come first, those that contain it after them. */
function proposeNames(typed: string, { metrics, params, tags }: FilterNames): string[] {
  const wanted = typed.replaceAll(/[`"]/g, '').toLowerCase()
  const starting: string[] = []
  const containing: string[] = []
  const look = (key: string, written: () => string | undefined) => {
    if (starting.length >= maxItems) return
    const place = key.toLowerCase().indexOf(wanted.replace(/^(metric|param|tag)s?\./, ''))
    const item = place < 0 ? undefined : written()
    if (item === undefined || (wanted.includes('.') && !item.replaceAll(/[`"]/g, '').toLowerCase().includes(wanted)))
      return
    if (place === 0) starting.push(item)
    else if (containing.length < maxItems) containing.push(item)
  }
  for (const key of metrics) look(key, () => toIdentifier({ kind: 'metric', key, aggregate: 'last' }))
  for (const key of attributes) look(key, () => key)
  for (const key of params) look(key, () => toIdentifier({ kind: 'param', key }))
  for (const key of tags) look(key, () => toIdentifier({ kind: 'tag', key }))
  return [...starting, ...containing]
}
