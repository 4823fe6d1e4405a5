import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createHash } from 'node:crypto'
import { RunwrightError } from '../protocol/errors.ts'
import type { ImportedPoints } from '../protocol/import.ts'
import type { Param } from '../protocol/runs.ts'
import { noFiles, withRunsAlone } from './plain-source.ts'
import { listLocalFiles, resolveNamed } from './local-files.ts'
import { createPointColumns } from './point-columns.ts'
import type { RunSource, SourceRun } from './run-source.ts'
import { readEvent, type TensorboardEvent } from './tensorboard/read-event.ts'
import { readTfRecords } from './tensorboard/tf-records.ts'

/** Events of the beginning of a run, among which its params are. */
const eventsForParams = 200

/**
 * Runs that programs have written as TensorBoard's event files: each folder that has some is a run. Scalars become
 * metrics and hyperparameters params; pictures, histograms, graphs and texts do not come.
 *
 * @throws RESOURCE_DOES_NOT_EXIST where there are no event files
 */
export async function openTensorboard(named: string, experiment: string): Promise<RunSource> {
  const root = await resolveNamed(named)
  const byFolder = new Map<string, string[]>()
  for await (const { path } of listLocalFiles(root)) {
    if (!basename(path).includes('.tfevents.')) continue
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), join(root, ...path.split('/'))])
  }
  if (byFolder.size === 0) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There are no event files of TensorBoard below ${root}.`, {
      hint: 'They are called events.out.tfevents.…',
    })
  }
  return {
    kind: 'tensorboard',
    runCount: byFolder.size,
    async *runs() {
      for (const [folder, files] of [...byFolder].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        yield await readRun({ key: folder === '' ? '.' : folder, name: folder || basename(root), experiment }, files)
      }
    },
    ...withRunsAlone,
  }
}

async function readRun(
  named: Pick<SourceRun, 'key' | 'name' | 'experiment'>,
  files: readonly string[],
): Promise<SourceRun> {
  const hash = createHash('sha256')
  for (const file of files) {
    const { size, mtimeMs } = await stat(file)
    hash.update(`${basename(file)}\0${size}\0${mtimeMs}\0`)
  }
  const { startTime, params } = await readBeginning(files)
  return {
    ...named,
    experimentTags: [],
    status: 'FINISHED',
    userId: '',
    startTime,
    params,
    tags: [],
    datasets: [],
    fingerprint: hash.digest('hex'),
    points: () => readPoints(files),
    artifacts: noFiles,
  }
}

async function readBeginning(files: readonly string[]): Promise<{ startTime: number; params: readonly Param[] }> {
  let startTime = Infinity
  const params: Param[] = []
  for (const file of files) {
    let count = 0
    try {
      for await (const event of readEvents(file)) {
        if (event.timestamp > 0) startTime = Math.min(startTime, event.timestamp)
        params.push(...event.params)
        count += 1
        if (count === eventsForParams) break
      }
    } catch {
      // Whoever reads the points says that it is damaged.
    }
  }
  return { startTime: Number.isFinite(startTime) ? startTime : 0, params }
}

/** All files, the rest of them also where one is damaged; then says so. */
async function* readPoints(files: readonly string[]): AsyncGenerator<ImportedPoints> {
  const columns = createPointColumns()
  let damage: unknown
  for (const file of files) {
    try {
      for await (const { step, timestamp, scalars } of readEvents(file)) {
        for (const { tag, value } of scalars) columns.add(tag, step, timestamp, value)
        if (columns.isFull) yield* columns.take()
      }
    } catch (error) {
      damage ??= error
    }
  }
  yield* columns.take()
  if (damage !== undefined) throw damage
}

async function* readEvents(file: string): AsyncGenerator<TensorboardEvent> {
  for await (const record of readTfRecords(file)) {
    try {
      yield readEvent(record)
    } catch (cause) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `${file} holds something that is no event`, { cause })
    }
  }
}
