import { readFile } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import {
  isIntact,
  listManifests,
  type Mode,
  prune,
  sortByAge,
  sortByMetric,
  warn,
  writeCheckpoint,
} from './checkpoint-folder.ts'
import { answerRequest } from './checkpoint-request.ts'
import { uploadCheckpoint } from './checkpoint-uploads.ts'
import { type Manifest, manifestNameOf, stateNameOf } from './manifest.ts'
import { fetchCheckpoint, listRemote } from './remote-checkpoints.ts'
import { findRunArtifacts } from './run-artifacts.ts'
import { world } from './world.ts'

export interface CheckpointOptions {
  /** By which the best ones are kept. */
  readonly metric?: number
  /** Default: `min`, where a lower metric is better. */
  readonly mode?: Mode
  /** At least 1, default 3. */
  readonly keepLast?: number
  /** Default 1. */
  readonly keepBest?: number
  /** Default: RUNWRIGHT_CHECKPOINT_DIR, else `.runwright/checkpoints/RUN`. */
  readonly folder?: string
  /** Send it to the artifacts of the run, in the background. Default: true. */
  readonly upload?: boolean
}

/** What `resume` found. */
export interface Checkpoint {
  readonly state: unknown
  readonly step: number
  readonly metric: number | undefined
  /** Absolute path of the state. */
  readonly path: string
}

/**
 * Saves `state` as it is after `step`. When it resolves, the checkpoint survives a kill and a loss of power; until then
 * the one before is there. `state` is what `structuredClone` takes: plain values, typed arrays, Maps, Sets, Dates.
 *
 * Among several ranks only rank 0 writes; the others get undefined. A failed upload only warns.
 *
 * @param step a whole number from 0
 * @returns absolute path of the state
 * @throws RangeError for options that make no sense; what the file system says when it cannot be written
 */
export async function checkpoint(
  state: unknown,
  step: number,
  { metric, mode = 'min', keepLast = 3, keepBest = 1, folder, upload = true }: CheckpointOptions = {},
): Promise<string | undefined> {
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError(`step is ${step}; it counts from 0.`)
  if (keepLast < 1 || keepBest < 0) throw new RangeError('At least the last checkpoint is kept.')
  answerRequest()
  if (!world().isMain) return undefined
  const place = checkpointFolder(folder)
  // NaN is never the best.
  const rated = metric === undefined || Number.isNaN(metric) ? undefined : metric
  const manifest = await writeCheckpoint(place, serialize(state), { step, metric: rated })
  const rule = { keepLast, keepBest, mode }
  const gone = await prune(place, rule)
  if (upload) uploadCheckpoint(place, manifest, gone, rule)
  return join(place, stateNameOf(manifest))
}

/**
 * The newest valid checkpoint, or with `best` the one with the best metric; undefined when there is none yet. Torn and
 * changed ones are skipped with a warning. Where the run's artifacts have a newer one, it is downloaded.
 *
 * @throws Error when the newest valid one was written by Python: going on from an older one would lose work in silence
 */
export async function resume({
  best = false,
  mode = 'min',
  folder,
}: { readonly best?: boolean; readonly mode?: Mode; readonly folder?: string } = {}): Promise<Checkpoint | undefined> {
  const place = checkpointFolder(folder)
  const artifacts = findRunArtifacts(process.env)
  const local = await listManifests(place)
  const names = new Set(local.map(manifestNameOf))
  const remote = artifacts === undefined ? [] : await listRemote(artifacts)
  const known = sortByAge([...local, ...remote.filter((each) => !names.has(manifestNameOf(each)))])
  for (const manifest of best ? sortByMetric(known, mode) : known) {
    if (!names.has(manifestNameOf(manifest)) && artifacts !== undefined)
      await fetchCheckpoint(place, artifacts, manifest)
    if (await isIntact(place, manifest)) return load(place, manifest)
    warn(`Skipped the checkpoint of step ${manifest.step} in ${place}: it is torn or was changed.`)
  }
  return undefined
}

async function load(folder: string, manifest: Manifest): Promise<Checkpoint> {
  const { step, metric, format } = manifest
  const path = join(folder, stateNameOf(manifest))
  if (format !== 'v8') {
    throw new Error(
      `The checkpoint of step ${step} in ${folder} was written by Python (${format}); only Python loads it.`,
    )
  }
  return { state: deserialize(await readFile(path)), step, metric, path }
}

/** Without a run it is named after the script, so that two scripts in one folder do not mix. */
function checkpointFolder(folder: string | undefined): string {
  const chosen = folder ?? process.env['RUNWRIGHT_CHECKPOINT_DIR'] ?? ''
  if (chosen !== '') return resolve(chosen)
  const runId = process.env['MLFLOW_RUN_ID'] ?? ''
  const script = process.argv[1] ?? ''
  const named = basename(script, extname(script)).replaceAll(/\W/g, '-')
  const name = /^[a-zA-Z0-9][\w-]{0,255}$/.test(runId) ? runId : named === '' ? 'interactive' : named
  return resolve('.runwright', 'checkpoints', name)
}
