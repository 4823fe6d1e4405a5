import { join } from 'node:path'
import { modelStages } from '../../protocol/registered-models.ts'
import { listFolders } from '../local-files.ts'
import type { SourceLoggedModel, SourceModelVersion, SourceRegisteredModel } from '../run-source.ts'
import { listArtifacts, type FolderExperiment } from './folder-run.ts'
import { readKeyFiles, readMeta, toTime } from './read-meta.ts'

/** Reads a model of a folder `mlruns/EXPERIMENT/models/m-…`; undefined when it is deleted. */
export async function readFolderModel(
  experiment: FolderExperiment,
  modelId: string,
): Promise<SourceLoggedModel | undefined> {
  const folder = join(experiment.folder, 'models', modelId)
  const meta = await readMeta(folder)
  if (meta['lifecycle_stage'] === 'deleted') return undefined
  return {
    modelId,
    experiment: experiment.name,
    name: meta['name'] ?? modelId,
    modelType: meta['model_type'] ?? '',
    sourceRun: meta['source_run_id'] ?? '',
    creationTime: toTime(meta['creation_timestamp']) ?? 0,
    params: await readKeyFiles(join(folder, 'params')),
    tags: await readKeyFiles(join(folder, 'tags')),
    artifacts: () => listArtifacts(join(folder, 'artifacts'), meta['artifact_location'], modelId),
  }
}

/** @param folder as `mlruns/models/NAME` */
export async function readFolderRegisteredModel(folder: string): Promise<SourceRegisteredModel> {
  const meta = await readMeta(folder)
  const aliases = await readKeyFiles(join(folder, 'aliases'))
  const versions: SourceModelVersion[] = []
  for (const name of await listFolders(folder)) {
    const number = /^version-(\d+)$/.exec(name)?.[1]
    if (number === undefined) continue
    const own = aliases.filter(({ value }) => value.trim() === number).map(({ key }) => key)
    const version = await readVersion(join(folder, name), Number(number), own)
    if (version !== undefined) versions.push(version)
  }
  return {
    name: meta['name'] ?? '',
    description: meta['description'] ?? '',
    tags: await readKeyFiles(join(folder, 'tags')),
    versions,
  }
}

async function readVersion(
  folder: string,
  version: number,
  aliases: readonly string[],
): Promise<SourceModelVersion | undefined> {
  const meta = await readMeta(folder)
  // MLflow keeps what is left of a deleted version, as we do.
  if (meta['current_stage'] === 'Deleted_Internal') return undefined
  return {
    version,
    description: meta['description'] ?? '',
    source: meta['storage_location'] ?? meta['source'] ?? '',
    run: meta['run_id'] ?? '',
    modelId: meta['model_id'] ?? '',
    stage: modelStages.find((stage) => stage === meta['current_stage']) ?? 'None',
    creationTime: toTime(meta['creation_timestamp']) ?? 0,
    tags: await readKeyFiles(join(folder, 'tags')),
    aliases,
  }
}
