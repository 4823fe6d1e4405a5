import { createHash } from 'node:crypto'
import { formatScalar } from '../format/yaml-scalar.ts'
import { formatPointer, type NewPointerOut } from '../pointer.ts'
import { compareCodePoints } from '../relative-path.ts'

/** Where an import came from, by the fields of DVC in their order. */
export type ImportSource = UrlSource | RepositorySource

export interface UrlSource {
  readonly kind: 'url'
  /** A url, or a path from the folder of the `.dvc` file. */
  readonly path: string
  /** What tells that it has changed: of S3 an `etag`, of a web server a `checksum`, of a path an `md5`. */
  readonly version: { readonly field: 'etag' | 'checksum' | 'md5'; readonly value: string } | undefined
  readonly sizeBytes: number | undefined
  /** Of a folder. */
  readonly fileCount: number | undefined
}

export interface RepositorySource {
  readonly kind: 'repository'
  /** Inside that repository. */
  readonly path: string
  readonly url: string
  /** The branch or tag that an update follows; undefined for the default branch. */
  readonly rev: string | undefined
  readonly revLock: string
}

/** The `.dvc` file of an import, byte for byte as `dvc import` and `dvc import-url` write it, but for the SHA-256. */
export function formatImport(source: ImportSource, out: NewPointerOut): string {
  const lines = source.kind === 'url' ? formatUrl(source) : formatRepository(source)
  return [`md5: ${hashStage(source, out)}`, 'frozen: true', 'deps:', ...lines, formatPointer([out])].join('\n')
}

function formatUrl({ path, version, sizeBytes, fileCount }: UrlSource): string[] {
  const fields = [
    ...(version === undefined ? [] : [field(version.field, version.value)]),
    ...(sizeBytes === undefined ? [] : [`size: ${sizeBytes}`]),
    ...(fileCount === undefined ? [] : [`nfiles: ${fileCount}`]),
    'hash: md5',
    field('path', path),
  ]
  return fields.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
}

function formatRepository({ path, url, rev, revLock }: RepositorySource): string[] {
  return [
    `- ${field('path', path)}`,
    '  repo:',
    `    ${field('url', url, 4)}`,
    ...(rev === undefined ? [] : [`    ${field('rev', rev, 4)}`]),
    `    ${field('rev_lock', revLock, 4)}`,
  ]
}

function field(name: string, value: string, indent = 2): string {
  return `${name}: ${formatScalar(value, indent + name.length + 2, indent + 2)}`
}

/** DVC's hash of what stands in the file, without what may differ for the same data. */
function hashStage(source: ImportSource, out: NewPointerOut): string {
  const dependency =
    source.kind === 'url'
      ? {
          hash: 'md5',
          path: source.path,
          ...(source.version === undefined ? {} : { [source.version.field]: source.version.value }),
        }
      : {
          path: source.path,
          repo: { url: source.url, rev_lock: source.revLock, ...(source.rev === undefined ? {} : { rev: source.rev }) },
        }
  const stage = { deps: [dependency], outs: [{ hash: 'md5', md5: out.hash, path: out.path }] }
  return createHash('md5').update(toPythonJson(stage)).digest('hex')
}

/** As Python's `json.dumps` with `sort_keys` writes it. */
function toPythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toPythonJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) {
    const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
    return JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, escape)
  }
  const fields = Object.entries(value).toSorted(([a], [b]) => compareCodePoints(a, b))
  return `{${fields.map(([key, each]) => `${toPythonJson(key)}: ${toPythonJson(each)}`).join(', ')}}`
}
