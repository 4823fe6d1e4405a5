import { invalid, invalidValue } from './fields.ts'

/** Limits of mlflow/utils/validation.py, 3.17. Lengths count characters as Python does: code points. */
export const limits = {
  experimentName: 500,
  experimentTagValue: 20_000,
  key: 250,
  paramValue: 6000,
  runTagValue: 8000,
  batchMetrics: 1000,
  batchParams: 100,
  batchTags: 100,
  batchTotal: 1000,
  datasetName: 500,
  datasetDigest: 36,
  datasetSource: 65_535,
  datasetSchema: 1_048_575,
  datasetProfile: 16_777_215,
  inputTagKey: 255,
  inputTagValue: 500,
  searchPage: 50_000,
  historyRuns: 100,
  historyPoints: 2500,
  registeredModelName: 256,
  registeredModelAlias: 255,
  registryTagValue: 100_000,
  registeredModelPage: 1000,
  evaluationDatasetName: 255,
  modelVersionPage: 200_000,
  tracePage: 500,
  traceId: 250,
  traceName: 4096,
  traceTagValue: 8000,
  /** What is shown of values of tags and metadata. */
  traceTagShown: 4096,
  traceMetadataShown: 250,
  traceLinks: 100,
  /** Traces that are read by their ids at once. */
  traceBatch: 5000,
  /** Tags of a trace, and entries of its metadata. */
  traceEntries: 1000,
  tracePreview: 10_000,
  scorerName: 256,
} as const

/** Checks the name of a param, metric or tag: characters, no path tricks, length. @throws INVALID_PARAMETER_VALUE */
export function checkKey(name: string, path: string, lengthName = path): void {
  if (name.length <= limits.key && /^[\w\- :]+$/.test(name)) return
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(name)) {
    throw invalid(
      `${invalidValue(path, name)}: Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), ` +
        'spaces ( ), colon(:) and slashes (/).',
    )
  }
  checkResolvesToItself(name, path)
  checkLength(name, limits.key, lengthName)
}

/** A registered model's name: it becomes part of `models:/` URIs. @throws INVALID_PARAMETER_VALUE */
export function checkRegisteredModelName(name: string): void {
  if (name.trim() === '') throw invalid("Missing value for required parameter 'name'.")
  if (/[/:]/.test(name)) throw invalid(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`)
  checkResolvesToItself(name, 'name')
  checkLength(name, limits.registeredModelName, 'name')
}

/** An alias to look up or take away. @throws INVALID_PARAMETER_VALUE */
export function checkAlias(alias: string): void {
  if (alias === '') throw invalid('Registered model alias name cannot be empty.')
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias)) {
    throw invalid(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    )
  }
  checkLength(alias, limits.registeredModelAlias, 'Registered model alias name')
}

/** An alias to set: neither `latest` nor what reads like a version. @throws INVALID_PARAMETER_VALUE */
export function checkNewAlias(alias: string): void {
  checkAlias(alias)
  if (alias.toLowerCase() === 'latest') throw invalid("'latest' alias name (case insensitive) is reserved.")
  if (/^v\d+$/i.test(alias)) throw invalid(`Version alias name '${alias}' is reserved.`)
}

function checkResolvesToItself(name: string, path: string): void {
  const normalized = normalizePath(name)
  if (normalized === name && normalized !== '.' && !/^(\.\.|\/)/.test(normalized)) return
  throw invalid(
    `${invalidValue(path, name)}: Names may be treated as files in certain cases, and must not resolve to other ` +
      `names when treated as such. This name would resolve to '${normalized}'`,
  )
}

/** @throws INVALID_PARAMETER_VALUE */
export function checkLength(value: string, limit: number, name: string): void {
  if (codePointLength(value, limit) > limit) {
    throw invalid(`'${name}' exceeds the maximum length of ${limit} characters`)
  }
}

/** The first `limit` characters: MLflow stores over-long values cut off rather than refusing them. */
export function truncate(value: string, limit: number): string {
  return codePointLength(value, limit) > limit ? Array.from(value).slice(0, limit).join('') : value
}

/** @throws INVALID_PARAMETER_VALUE */
export function checkExperimentName(name: string): void {
  checkLength(name, limits.experimentName, 'name')
}

/** Counts code points only where UTF-16 units leave it open whether the limit is kept. */
function codePointLength(value: string, limit: number): number {
  return value.length <= limit ? value.length : Array.from(value).length
}

/** As Python's `posixpath.normpath`. */
function normalizePath(path: string): string {
  const root = path.startsWith('//') && !path.startsWith('///') ? '//' : path.startsWith('/') ? '/' : ''
  const kept: string[] = []
  for (const component of path.split('/')) {
    if (component === '' || component === '.') continue
    if (component === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop()
    else if (component !== '..' || root === '') kept.push(component)
  }
  return root + kept.join('/') || '.'
}
