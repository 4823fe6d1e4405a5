import { toIdentifier } from './filter-terms.ts'

/** What may stand at a place of a filter, and the text it takes the place of. */
export interface Completion {
  readonly from: number
  readonly to: number
  readonly items: readonly string[]
}

export interface FilterNames {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
}

const attributes = ['run_name', 'status', 'start_time', 'end_time', 'user_id', 'run_id']
const statuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']
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
}

/** Suggests what goes on from the beginning of a filter up to the caret. */
export function complete(filter: string, caret: number, names: FilterNames): Completion {
  const tokens = [...filter.slice(0, caret).matchAll(token)]
  const last = tokens.at(-1)
  const isAtToken = last !== undefined && last.index + last[0].length === caret
  const before = (isAtToken ? tokens.slice(0, -1) : tokens).map(([word]) => word)
  const reading = read(before)
  const typed = isAtToken ? last[0] : ''
  const items = propose(reading, typed, names).filter((item) => item !== typed)
  return { from: caret - typed.length, to: caret, items: items.slice(0, maxItems) }
}

function read(words: readonly string[]): Reading {
  let reading: Reading = { state: 'name', name: '' }
  for (const word of words) reading = step(reading, word)
  return reading
}

function step({ state, name }: Reading, word: string): Reading {
  switch (state) {
    case 'name':
      return { state: 'operator', name: word }
    case 'operator':
      if (/^(is|not)$/i.test(word)) return { state, name }
      return { state: /^null$/i.test(word) ? 'and' : 'value', name }
    case 'value':
      return { state: /^[(,]$/.test(word) ? 'value' : 'and', name }
    case 'and':
      return /^and$/i.test(word) ? { state: 'name', name: '' } : { state: word === ',' ? 'value' : 'and', name }
  }
}

function propose({ state, name }: Reading, typed: string, names: FilterNames): readonly string[] {
  switch (state) {
    case 'name':
      return proposeNames(typed, names)
    case 'operator': {
      const operators = isNumeric(name, names) ? numberOperators : textOperators
      return operators.filter((operator) => operator.startsWith(typed.toUpperCase()))
    }
    case 'value':
      if (!/^(attributes?\.)?status$/.test(name)) return []
      return statuses.map((status) => `'${status}'`).filter((status) => status.includes(typed.toUpperCase()))
    case 'and':
      return 'AND'.startsWith(typed.toUpperCase()) ? ['AND'] : []
  }
}

function isNumeric(name: string, { metrics }: FilterNames): boolean {
  const bare = name.replaceAll(/[`"]/g, '')
  return bare.startsWith('metrics.') || metrics.includes(bare) || bare.endsWith('_time')
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
