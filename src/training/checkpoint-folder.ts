/** The checkpoints of one run in a folder: written, found, checked and pruned. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, extname, basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { lockFile } from './folder-lock.ts'
import {
  encodeManifest,
  type Manifest,
  manifestNameOf,
  parseManifest,
  stateNameOf,
  stemOf,
  suffixes,
} from './manifest.ts'
import { type PendingFile, removeAbandoned, syncFolder, writePending } from './pending-file.ts'

/** Which way a metric is better. */
export type Mode = 'min' | 'max'

/** When it resolves, the checkpoint is on disk and the newest of the folder. */
export async function writeCheckpoint(
  folder: string,
  state: Uint8Array,
  { step, metric }: Pick<Manifest, 'step' | 'metric'>,
): Promise<Manifest> {
  await makeFolder(folder)
  await removeAbandoned(folder)
  await using pending = await writePending(folder, Readable.from([state]))
  await using _lock = await lockFile(join(folder, '.lock'))
  const manifest: Manifest = {
    step,
    metric,
    sequence: 1 + Math.max(0, ...(await listManifests(folder)).map(({ sequence }) => sequence)),
    format: 'v8',
    sizeBytes: state.length,
    sha256: createHash('sha256').update(state).digest('hex'),
    savedAt: Date.now(),
    isFetched: false,
  }
  await publishCheckpoint(folder, pending, manifest)
  return manifest
}

/** Gives the state its name, then the manifest: from then on the checkpoint is there. */
export async function publishCheckpoint(folder: string, state: PendingFile, manifest: Manifest): Promise<void> {
  await state.publish(join(folder, stateNameOf(manifest)))
  await syncFolder(folder)
  await using pending = await writePending(folder, Readable.from([Buffer.from(encodeManifest(manifest))]))
  await pending.publish(join(folder, manifestNameOf(manifest)))
  await syncFolder(folder)
}

/** Newest first. Broken manifests are left out, with a warning. */
export async function listManifests(folder: string): Promise<readonly Manifest[]> {
  const names = await readdir(folder).catch(() => [] as string[])
  const found = names
    .filter((name) => /^step-.*\.json$/.test(name))
    .map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8').catch(() => undefined)
      // Pruned meanwhile.
      if (text === undefined) return []
      const manifest = parseManifest(text)
      if (manifest !== undefined && manifestNameOf(manifest) === name) return [manifest]
      warn(`Skipped ${join(folder, name)}: the manifest is torn or was changed.`)
      return []
    })
  return sortByAge((await Promise.all(found)).flat())
}

/** Newest first. */
export function sortByAge(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests.toSorted((a, b) => b.sequence - a.sequence || b.step - a.step)
}

/** Best first, of equals the newest; those without a metric are left out. */
export function sortByMetric(manifests: readonly Manifest[], mode: Mode): readonly Manifest[] {
  const sign = mode === 'min' ? 1 : -1
  const rated = manifests.flatMap((manifest) =>
    manifest.metric === undefined ? [] : [{ manifest, by: sign * manifest.metric }],
  )
  return rated
    .toSorted((a, b) => a.by - b.by || b.manifest.sequence - a.manifest.sequence)
    .map(({ manifest }) => manifest)
}

/** Whether the state has the bytes that its manifest was written for. */
export async function isIntact(folder: string, manifest: Manifest): Promise<boolean> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const chunk of createReadStream(join(folder, stateNameOf(manifest)))) {
      // SAFETY: a stream without an encoding gives buffers.
      const bytes = chunk as Buffer
      hash.update(bytes)
      sizeBytes += bytes.length
    }
  } catch {
    return false
  }
  return sizeBytes === manifest.sizeBytes && hash.digest('hex') === manifest.sha256
}

/** Which checkpoints stay. */
export interface KeepRule {
  readonly keepLast: number
  readonly keepBest: number
  readonly mode: Mode
}

/** @param manifests newest first */
export function chooseKept(
  manifests: readonly Manifest[],
  { keepLast, keepBest, mode }: KeepRule,
): readonly Manifest[] {
  return [...manifests.slice(0, keepLast), ...sortByMetric(manifests, mode).slice(0, keepBest)]
}

/** Removes all but the last and the best ones; tells which. Ones of the wrong size do not count as kept. */
export async function prune(folder: string, rule: KeepRule): Promise<readonly Manifest[]> {
  await using _lock = await lockFile(join(folder, '.lock'))
  const manifests = await listManifests(folder)
  const sizes = await Promise.all(manifests.map((each) => stat(join(folder, stateNameOf(each))).catch(() => undefined)))
  const whole = manifests.filter(({ sizeBytes }, index) => sizes[index]?.size === sizeBytes)
  const kept = new Set(chooseKept(whole, rule).map(stemOf))
  // Nobody publishes now: all else is broken, or was left by a writer that was killed between its two moves.
  const known: readonly string[] = ['.json', ...Object.values(suffixes)]
  const names = (await readdir(folder)).filter((name) => {
    const end = extname(name)
    return name.startsWith('step-') && known.includes(end) && !kept.has(basename(name, end))
  })
  // Manifests first: a state without one is no checkpoint, the other way round is a broken one.
  const ordered = names.toSorted((a, b) => Number(b.endsWith('.json')) - Number(a.endsWith('.json')))
  for (const name of ordered) await rm(join(folder, name), { force: true })
  return manifests.filter((manifest) => !kept.has(stemOf(manifest)))
}

/** Where it is the usual folder, git is told to leave it out; another one is the user's own. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (let parent = dirname(folder); parent !== dirname(parent); parent = dirname(parent)) {
    if (basename(parent) !== '.runwright') continue
    const isTold = await stat(join(parent, '.gitignore')).catch(() => undefined)
    if (isTold === undefined) await writeFile(join(folder, '.gitignore'), '*\n').catch(() => undefined)
    return
  }
}

export function warn(message: string): void {
  process.emitWarning(message, 'RunwrightWarning')
}
