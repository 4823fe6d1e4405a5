import { integer, listOf, number, object, oneOf, type Parser, refuse, text, textAs } from './parse.ts'

/** A version of a feature set that was computed; it stands beside its table as JSON. */
export interface BuiltVersion {
  readonly featureSet: string
  /** SHA-256 of the definition and of all that went in. */
  readonly version: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly builtTime: number
  readonly kind: 'query' | 'script'
  readonly sources: readonly BuiltFrom[]
  readonly table: { readonly sha256: string; readonly sizeBytes: number; readonly rowCount: number }
  /** Rows of the computation that are not in the table. */
  readonly dropped: DroppedRows
  /** Keys first, then event time, then created time, then features. */
  readonly columns: readonly FeatureColumn[]
}

export interface BuiltFrom {
  /** As the query knows it; empty for a file that a script's command names. */
  readonly name: string
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

export interface DroppedRows {
  /** They have no key, so they are nobody's. */
  readonly nullKeyCount: number
  /** They have a key, but hold from no moment on. */
  readonly nullTimeCount: number
  /** They have the key and event time of a row that was written later, or whose values are greater. */
  readonly duplicateCount: number
}

/** What is in one column of a version of a feature set. */
export interface FeatureColumn {
  readonly name: string
  /** As DuckDB calls it. */
  readonly type: string
  readonly nullCount: number
  /** Without null. */
  readonly distinctCount: number
  /** NaN and infinities, which are left out of all that follows. Of columns of numbers. */
  readonly nonFiniteCount?: number
  /** Times in ISO 8601 by UTC, texts cut at 200 characters; missing where there is no value. */
  readonly min?: number | string
  readonly max?: number | string
  readonly mean?: number
  /** Of a sample, with n − 1; missing for less than two values. */
  readonly std?: number
  /** Bins of equal width; value v is in bin i when edges[i] ≤ v < edges[i + 1], the greatest in the last. */
  readonly histogram?: { readonly edges: readonly (number | string)[]; readonly counts: readonly number[] }
  /** The most frequent values of texts and truths. */
  readonly topValues?: readonly { readonly value: string; readonly count: number }[]
}

const count = integer(0, Number.MAX_SAFE_INTEGER)
const sha256 = textAs((given) => (/^[0-9a-f]{64}$/.test(given) ? given : undefined), 'expected a SHA-256')
const bound: Parser<number | string> = (value, path) => (typeof value === 'string' ? value : number(value, path))

const column: Parser<FeatureColumn> = object(
  { name: text, type: text, nullCount: count, distinctCount: count },
  {
    nonFiniteCount: count,
    min: bound,
    max: bound,
    mean: number,
    std: number,
    histogram: object({ edges: listOf(bound, 1000), counts: listOf(count, 1000) }),
    topValues: listOf(object({ value: text, count }), 1000),
  },
)

const builtFields = {
  featureSet: text,
  version: sha256,
  builtTime: number,
  kind: oneOf(['query', 'script']),
  sources: listOf(object({ name: text, path: text, sha256, sizeBytes: count }), 1_000_000),
  table: object({ sha256, sizeBytes: count, rowCount: count }),
  dropped: object({ nullKeyCount: count, nullTimeCount: count, duplicateCount: count }),
  columns: listOf(column, 100_000),
}
const parsed: Parser<BuiltVersion> = object(builtFields)

/** @throws INVALID_PARAMETER_VALUE */
export const parseBuiltVersion: Parser<BuiltVersion> = (value, path) => {
  const built = parsed(value, path)
  return built.columns.length > 0 ? built : refuse(built.columns, 'columns', 'expected columns')
}

/** What `runwright features list --json` prints. */
export interface FeatureSetList {
  readonly featureSets: readonly ListedFeatureSet[]
}

export interface ListedFeatureSet {
  readonly name: string
  readonly entities: readonly string[]
  readonly owner?: string
  readonly description?: string
  readonly versionCount: number
  /** The version that was built last. */
  readonly latest?: ListedVersion
}

export interface ListedVersion {
  readonly version: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly builtTime: number
  readonly rowCount: number
  /** Absolute, of its table. */
  readonly path: string
}

/** What `runwright features show --json` prints, as far as a view shows it. */
export interface ShownFeatureSet {
  readonly name: string
  /** The version that it has now; missing where its definition or its sources are wrong. */
  readonly current?: string
  /** What is wrong. */
  readonly problem?: string
  /** The one that was built last comes first. */
  readonly versions: readonly (BuiltVersion & Pick<ListedVersion, 'path'>)[]
}

const most = 100_000

/** @throws INVALID_PARAMETER_VALUE */
export const parseFeatureSetList: Parser<FeatureSetList> = object({
  featureSets: listOf(
    object(
      { name: text, entities: listOf(text, most), versionCount: count },
      {
        owner: text,
        description: text,
        latest: object({ version: sha256, builtTime: number, rowCount: count, path: text }),
      },
    ),
    most,
  ),
})

/** @throws INVALID_PARAMETER_VALUE */
export const parseShownFeatureSet: Parser<ShownFeatureSet> = object(
  { name: text, versions: listOf(object({ ...builtFields, path: text }), most) },
  { current: sha256, problem: text },
)
