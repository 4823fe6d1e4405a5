import { isRecord, parseForeignJson } from './json.ts'
import { limits } from './mlflow/names.ts'
import type { DatasetInput, Tag } from './runs.ts'

/** A file or folder under version control, as it was. It has one hash at least. */
export interface DataVersion {
  /** From the root of its repository, with `/`. */
  readonly path: string
  /** 32 hex digits; for a folder followed by `.dir`. */
  readonly md5?: string
  /** 64 hex digits, of the bytes of a file or of the manifest of a folder. */
  readonly sha256?: string
  readonly sizeBytes?: number
  /** Of a folder. */
  readonly fileCount?: number
  /** The commit whose `.dvc` file says so; missing where it was in none yet. */
  readonly commit?: string
}

/** How it is known that a run has to do with a version: someone said so, or its program was seen to open the file. */
export const dataFindings = ['declared', 'opened'] as const
export type DataFinding = (typeof dataFindings)[number]

/** A version that a run read or wrote. */
export interface RunData {
  readonly version: DataVersion
  /** MLflow's `mlflow.data.context`: `output` of what the run wrote; `input`, `training`, … of what it read. */
  readonly context: string
  readonly found: DataFinding
}

/** What MLflow calls the kind of our datasets; its own are `local`, `http`, `s3`, … */
export const dataSourceType = 'runwright_data'

export const dataTags = {
  /** MLflow's own. */
  context: 'mlflow.data.context',
  /** One of `dataFindings`. */
  found: 'runwright.data.found',
  /** On a version of a registered model: the version of its file, as `formatDataSource` writes it. */
  version: 'runwright.data.version',
  /** Beside it: the version's digest. */
  digest: 'runwright.data.digest',
} as const

export const readContext = 'input'
export const writtenContext = 'output'

const md5Pattern = /^[0-9a-f]{32}(\.dir)?$/
const sha256Pattern = /^[0-9a-f]{64}$/

/**
 * What names a version in MLflow, whose digests have 36 characters at most: the first 36 digits of its SHA-256, else its
 * md5. The kinds cannot be mixed up, for an md5 has 32 digits.
 */
export function digestOf({ sha256, md5 }: Pick<DataVersion, 'sha256' | 'md5'>): string {
  return (sha256 ?? md5 ?? '').slice(0, limits.datasetDigest)
}

/** One line of JSON, in one spelling for equal versions, as the packages for training programs write it too. */
export function formatDataSource({ path, md5, sha256, sizeBytes, fileCount, commit }: DataVersion): string {
  return JSON.stringify({ path, md5, sha256, size: sizeBytes, files: fileCount, commit })
}

/** Undefined for what `formatDataSource` would not have written. */
export function parseDataSource(text: string): DataVersion | undefined {
  const value = parseForeignJson(text)
  if (!isRecord(value) || typeof value['path'] !== 'string' || value['path'] === '') return undefined
  const { path, md5, sha256, size, files, commit } = value
  const version = {
    path,
    ...(isText(md5, md5Pattern) ? { md5 } : {}),
    ...(isText(sha256, sha256Pattern) ? { sha256 } : {}),
    ...(isCount(size) ? { sizeBytes: size } : {}),
    ...(isCount(files) ? { fileCount: files } : {}),
    ...(isText(commit, /^[0-9a-f]{40,64}$/) ? { commit } : {}),
  }
  return digestOf(version) === '' ? undefined : version
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** As any MLflow client sees it: a dataset of the run. */
export function toDatasetInput({ version, context, found }: RunData): DatasetInput {
  return {
    dataset: {
      name: toDatasetName(version.path),
      digest: digestOf(version),
      sourceType: dataSourceType,
      source: formatDataSource(version),
    },
    tags: [
      { key: dataTags.context, value: context },
      { key: dataTags.found, value: found },
    ],
  }
}

/** The end of a path says more than its beginning; the source has all of it. */
function toDatasetName(path: string): string {
  const characters = [...path]
  const { datasetName } = limits
  return characters.length <= datasetName ? path : `…${characters.slice(1 - datasetName).join('')}`
}

/** Undefined for a dataset that is none of ours, or no longer whole. */
export function findRunData({ dataset, tags }: DatasetInput): RunData | undefined {
  const version = dataset.sourceType === dataSourceType ? parseDataSource(dataset.source) : undefined
  // The digest is what runs are found by, so it has to be that of what the source says.
  if (version === undefined || digestOf(version) !== dataset.digest) return undefined
  return { version, context: valueOf(tags, dataTags.context) ?? readContext, found: parseFinding(tags) }
}

function parseFinding(tags: readonly Tag[]): DataFinding {
  const value = valueOf(tags, dataTags.found)
  return dataFindings.find((known) => known === value) ?? 'declared'
}

function valueOf(tags: readonly Tag[], key: string): string | undefined {
  return tags.find((tag) => tag.key === key)?.value
}
