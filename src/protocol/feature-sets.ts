import { isRecord } from './json.ts'
import { knownFields } from './known-fields.ts'
import { InvalidField, listOf, object, type Parser, refine, refuse, text, textAs } from './parse.ts'
import { parseTime } from './quantities.ts'

/**
 * A feature set: a table of features with keys and event time, and how it is computed. The same definition makes training
 * sets and the values that a model is served with.
 */
export interface FeatureSetDefinition {
  readonly description?: string
  readonly owner?: string
  /** Columns that together say whose features a row holds; Feast's join keys. */
  readonly entities: readonly string[]
  /** Column with the time from which a row's features held. */
  readonly timestamp: string
  /** Column with the time at which a row was written: of rows with equal keys and event time, the last one counts. */
  readonly createdTimestamp?: string
  /** How long after their event time features hold; without it, until the next row. */
  readonly ttlSeconds?: number
  /** Files and folders of the repository, with `/` between components, by the name that the query knows them by. */
  readonly sources: Readonly<Record<string, readonly string[]>>
  readonly computation: FeatureComputation
}

export type FeatureComputation =
  /** One SELECT of DuckDB over the sources. */
  | { readonly kind: 'query'; readonly sql: string }
  /** A program and its arguments, run in the repository; `{output}` stands for the file that it writes. */
  | { readonly kind: 'script'; readonly command: readonly string[] }

const filled: Parser<string> = (value, path) =>
  text(value, path).trim() === '' ? refuse(value, path, 'expected text that is not empty') : text(value, path)

/** One word may stand for a list of one. */
function oneOrMore(item: Parser<string>, maxLength: number): Parser<readonly string[]> {
  const list = refine(listOf(item, maxLength), (values, path) =>
    values.length > 0 ? values : refuse(values, path, 'expected at least one'),
  )
  return (value, path) => (typeof value === 'string' ? [item(value, path)] : list(value, path))
}

const columns: Parser<readonly string[]> = refine(oneOrMore(filled, 32), (names, path) => {
  const twice = names.find((name, index) => names.slice(0, index).some((earlier) => isSameColumn(earlier, name)))
  return twice === undefined ? names : refuse(twice, path, 'expected each column once')
})

/** SQL does not tell columns apart by capitals. */
export function isSameColumn(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

/** As `features/a.csv`; where it leads is looked at when it is read. */
const repositoryPath: Parser<string> = refine(filled, (path, field) =>
  /^([/\\~]|[A-Za-z]:)|\\|\0/.test(path) || path.split('/').includes('..')
    ? refuse(path, field, 'expected a path inside the repository, with / between folders')
    : path,
)

const sources: Parser<Readonly<Record<string, readonly string[]>>> = (value, path) => {
  if (!isRecord(value)) return refuse(value, path, 'expected names with the files they stand for')
  return Object.fromEntries(
    Object.entries(value).map(([name, files]) => [
      // It stands in SQL without quotes.
      /^[A-Za-z_]\w{0,99}$/.test(name) ? name : refuse(name, path, 'expected a name of letters, digits and "_"'),
      oneOrMore(repositoryPath, 10_000)(files, `${path}.${name}`),
    ]),
  )
}

const required = { entities: columns, timestamp: filled }
const optional = {
  description: text,
  owner: text,
  createdTimestamp: filled,
  ttl: textAs(parseTime, 'expected a time such as 7d or 12h'),
  sources,
  query: filled,
  script: refine(listOf(text, 1000), (words, path) =>
    words.length > 0 ? words : refuse(words, path, 'expected a program and its arguments'),
  ),
}

const fields = knownFields([...Object.keys(required), ...Object.keys(optional)], 'a feature set')
const parsed = object(required, optional)

export const featureSet: Parser<FeatureSetDefinition> = (value, path) => {
  const { ttl, sources = {}, query, script, ...same } = parsed(fields(value, path), path)
  const { entities, timestamp, createdTimestamp } = same
  const columns = [...entities, timestamp, ...(createdTimestamp === undefined ? [] : [createdTimestamp])]
  const twice = columns.find((name, index) => columns.slice(0, index).some((earlier) => isSameColumn(earlier, name)))
  if (twice !== undefined) refuse(twice, path, 'expected other columns for the keys and for each time')
  if (query !== undefined && Object.keys(sources).length === 0) {
    throw new InvalidField(path, `Parameter '${path}' has a query but no sources: expected the files that it reads.`)
  }
  return {
    ...same,
    ...(ttl === undefined ? {} : { ttlSeconds: ttl }),
    sources,
    computation: chooseComputation(query, script, path),
  }
}

function chooseComputation(
  query: string | undefined,
  script: readonly string[] | undefined,
  path: string,
): FeatureComputation {
  if (query !== undefined && script === undefined) return { kind: 'query', sql: query }
  if (script !== undefined && query === undefined) return { kind: 'script', command: script }
  const both = query !== undefined
  throw new InvalidField(
    path,
    `Parameter '${path}' has ${both ? 'a query and a script' : 'no query'}: expected ${both ? 'one of them' : 'a query, or a script'}.`,
  )
}
