import { inferGoal } from './headline-metric.ts'
import { isRecord, parseForeignJson } from './json.ts'
import type { DiffRow, DiffSection, RunDiff } from './run-diff.ts'
import { findTag, type Run } from './runs.ts'
import { artifactPaths, isSystemTag, tagNames } from './tag-names.ts'

/** A run with what of its artifacts takes part in a diff. */
export interface RunWithFiles {
  readonly run: Run
  /** The content of `artifactPaths.environment`, parsed; undefined when it has none. */
  readonly environment: unknown
  /** SHA-256 of the uncommitted changes, in hex; undefined when there are none. */
  readonly patchDigest: string | undefined
  /** Files by path, with their sizes in bytes. */
  readonly artifacts: ReadonlyMap<string, number>
}

type Cell = string | number

/** What the runs have, row by row, and where they differ. Pure: the same runs give the same diff. */
export function diffRuns(runs: readonly RunWithFiles[]): RunDiff {
  const section = (
    name: DiffSection['name'],
    valuesOf: (run: RunWithFiles) => Iterable<readonly [key: string, value: Cell]>,
  ): DiffSection => ({ name, rows: toRows(runs.map((run) => new Map(valuesOf(run)))) })
  const metrics = section('metrics', ({ run }) => run.metrics.map(({ key, value }) => [key, value] as const))
  return {
    runs: runs.map(({ run, patchDigest }) => ({
      runId: run.runId,
      name: run.name,
      status: run.status,
      startTime: run.startTime,
      ...(patchDigest === undefined ? {} : { patchPath: artifactPaths.patch }),
    })),
    sections: [
      section('params', ({ run }) => run.params.map(({ key, value }) => [key, value] as const)),
      { ...metrics, rows: metrics.rows.map((row) => ({ ...row, goal: inferGoal(row.key) })) },
      section('code', listCode),
      section('environment', ({ environment }) => flatten(environment)),
      section('data', listDatasets),
      section('command', listCommand),
      section('tags', ({ run }) =>
        run.tags.filter(({ key }) => !isSystemTag(key)).map(({ key, value }) => [key, value] as const),
      ),
      section('artifacts', ({ artifacts }) => artifacts),
    ],
  }
}

function toRows(columns: readonly ReadonlyMap<string, Cell>[]): DiffRow[] {
  const keys = [...new Set(columns.flatMap((column) => [...column.keys()]))].toSorted()
  return keys.map((key) => {
    const values = columns.map((column) => column.get(key) ?? null)
    return { key, values, isDifferent: values.some((value) => !Object.is(value, values[0])) }
  })
}

function listCode({ run, patchDigest }: RunWithFiles): [string, Cell][] {
  const named = {
    commit: tagNames.gitCommit,
    branch: tagNames.gitBranch,
    repository: tagNames.gitRepoUrl,
    source: tagNames.sourceName,
  }
  const dirty = findTag(run, tagNames.gitDirty)
  return [
    ...pickTags(run, named),
    ...(dirty === 'true' || patchDigest !== undefined
      ? [['uncommitted changes', patchDigest === undefined ? 'yes' : patchDigest.slice(0, 12)] as [string, Cell]]
      : []),
  ]
}

function listCommand({ run }: RunWithFiles): [string, Cell][] {
  return pickTags(run, {
    command: tagNames.command,
    'working directory': tagNames.workingDirectory,
    'exit code': tagNames.exitCode,
    user: tagNames.user,
  })
}

function pickTags(run: Run, named: Readonly<Record<string, string>>): [string, Cell][] {
  return Object.entries(named).flatMap(([name, tag]): [string, Cell][] => {
    const value = findTag(run, tag)
    return value === undefined || value === '' ? [] : [[name, value]]
  })
}

function listDatasets({ run }: RunWithFiles): [string, Cell][] {
  return run.datasets.flatMap(({ dataset, tags }): [string, Cell][] => {
    const context = tags.find(({ key }) => key === 'mlflow.data.context')?.value
    const name = context === undefined ? dataset.name : `${dataset.name} (${context})`
    const rowCount = findRowCount(dataset.profile)
    return [
      [name, dataset.digest],
      ...(rowCount === undefined ? [] : [[`${name} num_rows`, rowCount] as [string, Cell]]),
      ...listDataColumns(dataset.schema).map(([column, type]): [string, Cell] => [`${name} column ${column}`, type]),
    ]
  })
}

/** Of the schema that MLflow's clients log of tables: `{"mlflow_colspec": [{"name": "age", "type": "long"}]}`. */
function listDataColumns(schema: string | undefined): [name: string, type: string][] {
  const parsed = schema === undefined ? undefined : parseForeignJson(schema)
  const columns = isRecord(parsed) ? parsed['mlflow_colspec'] : undefined
  if (!Array.isArray(columns)) return []
  return columns.flatMap((column: unknown): [string, string][] => {
    const { name, type } = isRecord(column) ? column : {}
    return typeof name === 'string' && typeof type === 'string' ? [[name, type]] : []
  })
}

/** Of the profile that MLflow's clients log of tables: `{"num_rows": 150, "num_elements": 600}`. */
function findRowCount(profile: string | undefined): number | undefined {
  const parsed = profile === undefined ? undefined : parseForeignJson(profile)
  const count = isRecord(parsed) ? parsed['num_rows'] : undefined
  return typeof count === 'number' ? count : undefined
}

/** `{"platform": {"arch": "x64"}}` as `platform.arch`; a list of names, as of packages, as each of its items. */
function flatten(value: unknown, path = ''): [string, Cell][] {
  if (typeof value === 'string' || typeof value === 'number') return [[path, value]]
  if (typeof value === 'boolean') return [[path, String(value)]]
  if (Array.isArray(value)) return value.flatMap((item, index) => flatten(item, `${path}[${nameOf(item, index)}]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => flatten(item, path === '' ? key : `${path}.${key}`))
}

function nameOf(item: unknown, index: number): string {
  if (typeof item === 'string') return item
  if (typeof item !== 'object' || item === null || !('name' in item)) return String(index)
  return typeof item.name === 'string' ? item.name : String(index)
}
