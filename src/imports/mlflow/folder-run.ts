import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ImportedPoints } from '../../protocol/import.ts'
import type { DatasetInput, Tag } from '../../protocol/runs.ts'
import { isFolder, listFolders, listLocalFiles } from '../local-files.ts'
import { createPointColumns } from '../point-columns.ts'
import type { SourceFile, SourceRun } from '../run-source.ts'
import { findArtifactFolder } from './artifact-folder.ts'
import { readKeyFiles, readMeta, toTime } from './read-meta.ts'
import { toRunStatus } from './run-statuses.ts'

export interface FolderExperiment {
  readonly folder: string
  readonly name: string
  readonly tags: readonly Tag[]
}

/** Reads a run of a folder `mlruns/EXPERIMENT/RUN`; undefined when it is deleted. */
export async function readFolderRun(experiment: FolderExperiment, folder: string): Promise<SourceRun | undefined> {
  const meta = await readMeta(folder)
  if (meta['lifecycle_stage'] === 'deleted') return undefined
  const key = basename(folder)
  const tags = await readKeyFiles(join(folder, 'tags'))
  const endTime = toTime(meta['end_time'])
  return {
    key,
    experiment: experiment.name,
    experimentTags: experiment.tags,
    name: meta['run_name'] ?? tags.find((tag) => tag.key === 'mlflow.runName')?.value ?? key,
    status: toRunStatus(meta['status'] ?? ''),
    userId: meta['user_id'] ?? '',
    startTime: toTime(meta['start_time']) ?? 0,
    ...(endTime === undefined ? {} : { endTime }),
    params: await readKeyFiles(join(folder, 'params')),
    tags,
    datasets: await readDatasets(experiment.folder, folder),
    fingerprint: await digest(folder),
    points: () => readPoints(join(folder, 'metrics')),
    artifacts: () => listArtifacts(join(folder, 'artifacts'), meta['artifact_uri'], key),
  }
}

/**
 * Where the folder was moved, what lies in it counts; else where it says that its artifacts are.
 *
 * @param id of the run or model
 */
export async function* listArtifacts(folder: string, uri: string | undefined, id: string): AsyncGenerator<SourceFile> {
  if (await isFolder(folder)) return yield* listLocalFiles(folder)
  const elsewhere = uri?.startsWith('mlflow-artifacts:') === false ? findArtifactFolder(uri, id, '') : undefined
  if (elsewhere !== undefined) yield* listLocalFiles(elsewhere)
}

/** Lines of `timestamp value step`, and more where the point belongs to a dataset. */
async function* readPoints(folder: string): AsyncGenerator<ImportedPoints> {
  for await (const { path } of listLocalFiles(folder)) {
    const columns = createPointColumns()
    const input = createReadStream(join(folder, ...path.split('/')))
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const [timestamp = '', value = '', step = '0'] = line.trim().split(/\s+/)
      if (value === '') continue
      columns.add(path, Number(step), Number(timestamp), toDouble(value))
      if (columns.isFull) yield* columns.take()
    }
    yield* columns.take()
  }
}

/** As Python writes it. */
function toDouble(text: string): number {
  const infinite = /^([+-]?)inf(?:inity)?$/i.exec(text)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  return Number(text)
}

async function readDatasets(experiment: string, folder: string): Promise<DatasetInput[]> {
  const inputs: DatasetInput[] = []
  for (const name of await listFolders(join(folder, 'inputs'))) {
    const input = join(folder, 'inputs', name)
    const { source_type: sourceType, source_id: id } = await readMeta(input)
    if (sourceType !== 'DATASET' || id === undefined || basename(id) !== id) continue
    const meta = await readMeta(join(experiment, 'datasets', id))
    inputs.push({
      dataset: {
        name: meta['name'] ?? id,
        digest: meta['digest'] ?? id,
        sourceType: meta['source_type'] ?? '',
        source: meta['source'] ?? '',
        ...(meta['schema'] === undefined ? {} : { schema: meta['schema'] }),
        ...(meta['profile'] === undefined ? {} : { profile: meta['profile'] }),
      },
      tags: await readInputTags(input),
    })
  }
  return inputs
}

async function readInputTags(input: string): Promise<Tag[]> {
  const { parse } = await import('yaml')
  const value: unknown = parse(await readFile(join(input, 'meta.yaml'), 'utf8'), { schema: 'failsafe' })
  const tags: unknown = typeof value === 'object' && value !== null && 'tags' in value ? value.tags : {}
  return Object.entries(typeof tags === 'object' && tags !== null ? tags : {}).map(([key, text]) => ({
    key,
    value: String(text),
  }))
}

async function digest(folder: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(join(folder, 'meta.yaml')))
  for (const part of ['metrics', 'params', 'tags', 'inputs']) {
    for await (const { path, sizeBytes } of listLocalFiles(join(folder, part))) {
      const { mtimeMs } = await stat(join(folder, part, ...path.split('/')))
      hash.update(`${part}/${path}\0${sizeBytes}\0${mtimeMs}\0`)
    }
  }
  return hash.digest('hex')
}
