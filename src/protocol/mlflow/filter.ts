import { invalid } from './fields.ts'
import {
  evaluationDatasetDialect,
  experimentDialect,
  loggedModelDialect,
  modelVersionDialect,
  registeredModelDialect,
  resolveIdentifier,
  runDialect,
  type ResolvedIdentifier,
  type SearchDialect,
  traceDialect,
} from './search-dialect.ts'
import type { Comparison, Filter } from './search.ts'
import { checkTraceComparison } from './trace-comparison.ts'

/**
 * MLflow's search grammar: comparisons joined by AND.
 *
 *     metrics.accuracy >= 0.9 AND params."batch size" = '32' AND tags.mlflow.user ILIKE 'ada%'
 *
 * A key may stand in back-ticks or double quotes, a text in single or double quotes with `''` for a quote inside
 * single ones; a backslash is a plain character.
 *
 * @throws INVALID_PARAMETER_VALUE naming the character, counted from 1, where reading stopped
 */
export function parseRunFilter(text: string): Filter {
  return parseFilter(text, runDialect)
}

/** The same grammar over `name`, `experiment_id`, `creation_time`, `last_update_time` and tags. */
export function parseExperimentFilter(text: string): Filter {
  return parseFilter(text, experimentDialect)
}

/** The same grammar over a logged model's attributes, metrics, params and tags. */
export function parseLoggedModelFilter(text: string): Filter {
  return parseFilter(text, loggedModelDialect)
}

/** The same grammar over a registered model's name and tags. */
export function parseRegisteredModelFilter(text: string): Filter {
  return parseFilter(text, registeredModelDialect)
}

/** The same grammar over `name`, `version_number`, `run_id`, `source_path` and tags. */
export function parseModelVersionFilter(text: string): Filter {
  return parseFilter(text, modelVersionDialect)
}

/** The same grammar over `name`, `created_time`, `last_update_time`, `created_by`, `last_updated_by` and tags. */
export function parseEvaluationDatasetFilter(text: string): Filter {
  return parseFilter(text, evaluationDatasetDialect)
}

/**
 * The same grammar over a trace's attributes, tags and metadata, its spans (`span.name`, `span.attributes.model`) and
 * what is said of it (`feedback.good = 'yes'`, `feedback.score > 0.5`).
 */
export function parseTraceFilter(text: string): Filter {
  const comparisons = parseFilter(text, traceDialect)
  for (const comparison of comparisons) checkTraceComparison(comparison)
  return comparisons
}

/**
 * The grammar as people type it above a table: a name may stand alone, `findBare` tells of what kind it is then, a
 * param may be compared with a number, and every text with a list.
 *
 *     accuracy > 0.9 AND lr <= 1e-3 AND optimizer IN ('adam', 'sgd')
 */
export function parseTableFilter(text: string, findBare: NonNullable<SearchDialect['findBare']>): Filter {
  const listAttributes = Object.values(runDialect.attributes).flatMap(({ key, type }) => (type === 'text' ? [key] : []))
  return parseFilter(text, { ...runDialect, findBare, listAttributes, hasNumericParams: true, hasLists: true })
}

type Operator = Comparison['operator']

const textOperators: readonly Operator[] = ['=', '!=', 'LIKE', 'ILIKE']
const numberOperators: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>=']

const patterns = {
  space: /\s*/y,
  identifier: /(?:`[^`]*`|"[^"]*"|[\p{L}\p{N}_./:-])+/uy,
  operator: /[=<>!]+|(?:NOT\s+)?IN\b|IS\s+(?:NOT\s+)?NULL\b|[A-Z]+\b/iy,
  text: /'(?:[^']|'')*'|"[^"]*"/y,
  number: /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?![\p{L}\p{N}_.])/iuy,
  and: /AND\b/iy,
  open: /\(/y,
  comma: /,/y,
  close: /\)/y,
  /** What an error quotes. */
  word: /\S{1,40}/y,
}

/** A text and how far it has been read. */
interface Reader {
  /** Takes the pattern if the text goes on with it; white space in front never matters. */
  take(pattern: keyof typeof patterns): string | undefined
  atEnd(): boolean
  /** ` at character N`. */
  place(): string
  fail(expected: string): never
}

function parseFilter(text: string, dialect: SearchDialect): Filter {
  const comparisons: Comparison[] = []
  const reader = createReader(text)
  if (text === '' || reader.atEnd()) return comparisons
  do comparisons.push(readComparison(reader, dialect))
  while (reader.take('and') !== undefined)
  if (!reader.atEnd()) reader.fail('AND or the end')
  return comparisons
}

function createReader(text: string): Reader {
  let position = 0
  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = position
    return pattern.exec(text)?.[0]
  }
  function skipSpace(): void {
    position += match(patterns.space)?.length ?? 0
  }
  function place(): string {
    skipSpace()
    return ` at character ${position + 1}`
  }
  return {
    take(pattern) {
      skipSpace()
      const taken = match(patterns[pattern])
      if (taken !== undefined) position += taken.length
      return taken
    },
    atEnd() {
      skipSpace()
      return position === text.length
    },
    place,
    fail(expected) {
      const where = place()
      throw invalid(
        `Invalid clause(s) in filter string: expected ${expected}${where}, found ${match(patterns.word) ?? 'the end'}.`,
        "Comparisons joined by AND, for example: metrics.accuracy > 0.9 AND params.model = 'tree'.",
      )
    },
  }
}

function readComparison(reader: Reader, dialect: SearchDialect): Comparison {
  const identifierPlace = reader.place()
  const written = reader.take('identifier') ?? reader.fail('a name such as metrics.accuracy')
  const identifier = resolveIdentifier(written, dialect, identifierPlace)
  const operatorPlace = reader.place()
  const operator = readOperator(reader, identifier, dialect)
  const target = { kind: identifier.kind, key: identifier.key }
  switch (operator) {
    case 'IS NULL':
    case 'IS NOT NULL':
      return { identifier: target, operator }
    case 'IN':
    case 'NOT IN':
      if (identifier.kind === 'attribute' && !dialect.listAttributes.includes(identifier.key)) {
        const names = dialect.listAttributes.join(', ')
        throw invalid(`Only ${names} can be compared with a list of quoted string values${operatorPlace}.`)
      }
      return { identifier: target, operator, values: readList(reader) }
    default:
      return { identifier: target, operator, value: readValue(reader, identifier) }
  }
}

function readOperator(reader: Reader, identifier: ResolvedIdentifier, dialect: SearchDialect): Operator {
  const place = reader.place()
  const allowed = allowedOperators(identifier, dialect)
  const taken = reader.take('operator') ?? reader.fail(`one of ${allowed.join(' ')}`)
  const written = taken.toUpperCase().replace(/\s+/g, ' ')
  const operator = allowed.find((operator) => operator === written)
  if (operator === undefined) {
    const name = `${identifier.kind} '${identifier.key}'`
    throw invalid(`Invalid comparator '${written}' for ${name}${place}: not one of ${allowed.join(', ')}.`)
  }
  return operator
}

function allowedOperators({ kind, type }: ResolvedIdentifier, dialect: SearchDialect): readonly Operator[] {
  if (type === 'number') return numberOperators
  const hasLists = kind === 'attribute' || kind === 'dataset' || kind === 'span' || dialect.hasLists === true
  const lists: readonly Operator[] = hasLists ? ['IN', 'NOT IN'] : []
  const nulls: readonly Operator[] = dialect.nullable.includes(kind) ? ['IS NULL', 'IS NOT NULL'] : []
  const numbers = type === 'either' ? numberOperators.filter((operator) => !textOperators.includes(operator)) : []
  return [...textOperators, ...numbers, ...lists, ...nulls]
}

function readValue(reader: Reader, { kind, key, type }: ResolvedIdentifier): string | number {
  if (type === 'either') {
    const number = reader.take('number')
    if (number !== undefined) return Number(number)
  }
  if (type === 'number') return Number(reader.take('number') ?? reader.fail(`a number for ${kind} '${key}'`))
  return unquote(reader.take('text') ?? reader.fail(`a quoted string value for ${kind} '${key}', such as 'my-value'`))
}

function readList(reader: Reader): readonly string[] {
  if (reader.take('open') === undefined) reader.fail("a list such as ('a', 'b')")
  const values: string[] = []
  do values.push(unquote(reader.take('text') ?? reader.fail('a quoted string value')))
  while (reader.take('comma') !== undefined)
  if (reader.take('close') === undefined) reader.fail('a comma or a closing parenthesis')
  return values
}

function unquote(text: string): string {
  const inner = text.slice(1, -1)
  return text.startsWith("'") ? inner.replaceAll("''", "'") : inner
}
