import type { RunId } from './ids.ts'
import { isRecord, parseForeignJson } from './json.ts'
import type { ArtifactEntry } from './runs.ts'

/** What of an artifact can be shown beside numbers. */
export const artifactKinds = ['image', 'audio', 'video', 'table', 'text', 'binary'] as const
export type ArtifactKind = (typeof artifactKinds)[number]

/** One artifact of a run, with the key that it shares with those of other steps and other runs. */
export interface LoggedArtifact {
  readonly runId: RunId
  readonly path: string
  readonly kind: ArtifactKind
  /** As it was logged, or the path with `*` in the place of the step. */
  readonly key: string
  readonly step: number | null
  readonly sizeBytes: number
  /** A smaller version of an image, as a path. */
  readonly preview?: string
}

/** Files of one run that are listed at most. */
export const maxListedFiles = 5000

/** Below it lie the images in the cells of logged tables, which are shown there. */
const tableImages = 'table_images/'

const extensions: Readonly<Record<Exclude<ArtifactKind, 'binary'>, readonly string[]>> = {
  image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'bmp', 'svg', 'avif'],
  audio: ['wav', 'mp3', 'ogg', 'oga', 'opus', 'flac', 'm4a', 'aac'],
  video: ['mp4', 'webm', 'mov'],
  table: ['csv', 'tsv'],
  text: 'cfg conf diff env html ini ipynb js json jsonl log md mlmodel patch py rst sh toml ts txt xml yaml yml'.split(
    ' ',
  ),
}

/**
 * The names that `mlflow.log_image` gives: `KEY+step+N+timestamp+MS+UUID.png`, with `+compressed.webp` for the smaller
 * one. Older clients wrote `%` for `+`; `/` in a key is `~`, and was `#` with them.
 *
 * @see mlflow/tracking/client.py, log_image
 */
const loggedImage =
  /^images\/(?<key>.+)(?<mark>[+%])step\k<mark>(?<step>\d+)\k<mark>timestamp\k<mark>(?<time>\d+)\k<mark>(?<id>[\w-]+?)(?<compressed>\k<mark>compressed)?\.\w+$/

interface Described extends LoggedArtifact {
  /** Milliseconds since 1970-01-01 UTC; 0 where the name says none. */
  readonly time: number
  /** Shared by an image and its smaller version. */
  readonly imageId?: string
  readonly isPreview: boolean
}

/**
 * Arranges the files of runs by key, then step, then in the order of the runs; of several images of one key and step,
 * the one logged last.
 */
export function arrangeArtifacts(
  runs: readonly {
    readonly runId: RunId
    readonly files: readonly ArtifactEntry[]
    readonly tables: ReadonlySet<string>
  }[],
): LoggedArtifact[] {
  const found = runs.flatMap(({ runId, files, tables }, place) =>
    joinPreviews(
      files.filter(({ path }) => !path.startsWith(tableImages)).map((file) => describe(runId, file, tables)),
    ).map((artifact) => ({ place, artifact })),
  )
  found.sort(
    (a, b) =>
      compareTexts(a.artifact.key, b.artifact.key) ||
      (a.artifact.step ?? -1) - (b.artifact.step ?? -1) ||
      a.place - b.place ||
      a.artifact.time - b.artifact.time ||
      compareTexts(a.artifact.path, b.artifact.path),
  )
  const kept = found.filter(({ artifact }, index) => !isReplaced(artifact, found[index + 1]?.artifact))
  return kept.map(({ artifact: { time: _time, imageId: _imageId, isPreview: _isPreview, ...artifact } }) => artifact)
}

function isReplaced(artifact: Described, next: Described | undefined): boolean {
  return (
    next !== undefined &&
    artifact.time > 0 &&
    next.runId === artifact.runId &&
    next.key === artifact.key &&
    next.step === artifact.step
  )
}

/** A smaller version without its image, which may still be on its way, stands for it. */
function joinPreviews(described: readonly Described[]): Described[] {
  const previews = new Map(described.flatMap((one) => (one.isPreview ? [[one.imageId, one.path] as const] : [])))
  const whole = new Set(described.flatMap((one) => (one.isPreview ? [] : [one.imageId])))
  return described
    .filter(({ isPreview, imageId }) => !isPreview || !whole.has(imageId))
    .map((one) => {
      const preview = one.isPreview || one.imageId === undefined ? undefined : previews.get(one.imageId)
      return preview === undefined ? one : { ...one, preview }
    })
}

function describe(runId: RunId, { path, sizeBytes = 0 }: ArtifactEntry, tables: ReadonlySet<string>): Described {
  const { key, mark, step, time, id, compressed } = loggedImage.exec(path)?.groups ?? {}
  if (key !== undefined && id !== undefined) {
    return {
      runId,
      path,
      kind: 'image',
      key: key.replaceAll(mark === '+' ? '~' : '#', '/'),
      step: Number(step),
      sizeBytes,
      time: Number(time),
      imageId: id,
      isPreview: compressed !== undefined,
    }
  }
  const kind = tables.has(path) ? 'table' : findKind(path)
  return { runId, path, kind, sizeBytes, time: 0, isPreview: false, ...findStep(path, kind) }
}

export function findKind(path: string): ArtifactKind {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  const extension = name.slice(name.lastIndexOf('.') + 1)
  return artifactKinds.find((kind) => kind !== 'binary' && extensions[kind].includes(extension)) ?? 'binary'
}

/** A number behind a word for it, or, of what is seen or heard, one with leading zeros at the end of the name. */
const namedStep = /(?:^|[/_.\-= ])(?:global[_-]?step|step|epoch|iter(?:ation)?)[_\-= ]?(\d{1,15})(?!\d)/gi
const paddedStep = /(?:^|[/_.\- ])(0\d{2,14})\.\w+$/g

function findStep(path: string, kind: ArtifactKind): { key: string; step: number | null } {
  const isMedium = kind === 'image' || kind === 'audio' || kind === 'video'
  const [match] = [...[...path.matchAll(namedStep)].toReversed(), ...(isMedium ? path.matchAll(paddedStep) : [])]
  const digits = match?.[1]
  if (match === undefined || digits === undefined) return { key: path, step: null }
  const start = match.index + match[0].lastIndexOf(digits)
  return { key: `${path.slice(0, start)}*${path.slice(start + digits.length)}`, step: Number(digits) }
}

/** By code units, so that the order is the same on every machine. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Paths of the tables that `mlflow.log_table` has noted in the tag `mlflow.loggedArtifacts`. */
export function parseTablePaths(tag: string | undefined): ReadonlySet<string> {
  const listed = tag === undefined ? undefined : parseForeignJson(tag)
  if (!Array.isArray(listed)) return new Set()
  return new Set(
    listed.flatMap((entry: unknown) =>
      isRecord(entry) && entry['type'] === 'table' && typeof entry['path'] === 'string' ? [entry['path']] : [],
    ),
  )
}
