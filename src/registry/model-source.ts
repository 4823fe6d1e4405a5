import { RunwrightError } from '../protocol/errors.ts'
import { parseRunId } from '../protocol/ids.ts'
import type { NewModelVersion } from '../protocol/registered-models.ts'
import type { Sql } from '../store/database.ts'
import { findNumber, getText } from '../store/row.ts'
import { locateArtifact, parseArtifactPath } from '../tracking/artifact-path.ts'
import { getModelRow, loadModels } from '../tracking/model-rows.ts'
import { getRunRow, toRunRow } from '../tracking/run-rows.ts'
import { findLatestVersionRow, getRegisteredModelRow, getVersionRow, isPromptRow } from './registry-rows.ts'

/** A source that has been found to lie in this store, and where. */
export interface ModelSource {
  readonly source: string
  readonly storageLocation: string
  /** Empty for none. */
  readonly runId: string
  /** Empty for none. */
  readonly modelId: string
}

type Named = Pick<NewModelVersion, 'source' | 'runId' | 'modelId'>

/**
 * Resolves what a client named as a version's source. Only files of runs and logged models of this store are taken, and
 * only with the run or logged model that has them: otherwise a name would let its reader see files of another's choice.
 *
 * @throws INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function resolveModelSource(sql: Sql, named: Named): Promise<ModelSource> {
  const { source } = named
  const [, scheme, path] = /^(runs|models|mlflow-artifacts):\/(?!\/)(.+)$/s.exec(source) ?? []
  // A percent sign could spell a slash or dots to whoever decodes it once more.
  if (scheme === undefined || path === undefined || /[\\%?#\0]/.test(path)) throw createSourceError(source)
  if (scheme === 'models') return resolveModelUri(sql, named, path)
  if (parseArtifactPath(path).length === 0) throw createSourceError(source)
  if (scheme === 'runs') return resolveRunUri(sql, named, path)
  return resolveArtifactUri(sql, named)
}

/** What clients name as the source of a prompt, whose text is a tag: it has no files. */
const promptSources: ReadonlySet<string> = new Set(['dummy-source', 'prompt-template'])

/** @throws INVALID_PARAMETER_VALUE for a source that could be of files */
export function resolvePromptSource({ source, runId = '' }: { source: string; runId?: string }): ModelSource {
  if (promptSources.has(source)) return { source, storageLocation: source, runId, modelId: '' }
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`,
  )
}

async function resolveRunUri(sql: Sql, { source, runId, modelId }: Named, path: string): Promise<ModelSource> {
  if (modelId !== undefined) throw createOwnerError(source, 'model_id')
  if (runId === undefined || path.split('/')[0] !== runId) throw createOwnerError(source, 'run_id')
  await findRunArtifacts(sql, { source, runId })
  return { source, storageLocation: source, runId, modelId: '' }
}

/** The folders are compared name by name, so that `…/artifacts-of-another` is not below `…/artifacts`. */
async function resolveArtifactUri(sql: Sql, named: Named): Promise<ModelSource> {
  const { source, runId, modelId } = named
  if (modelId === undefined && runId === undefined) throw createOwnerError(source, 'run_id')
  const model = modelId === undefined ? undefined : await findLoggedModel(sql, { source, modelId })
  const root = model?.artifactUri ?? (await findRunArtifacts(sql, named))
  const place = locateArtifact(source)
  const isWithin = locateArtifact(root).every((component, index) => component === place[index])
  if (!isWithin) throw createOwnerError(source, model === undefined ? 'run_id' : 'model_id')
  return { source, storageLocation: source, runId: runId ?? model?.sourceRunId ?? '', modelId: modelId ?? '' }
}

async function resolveModelUri(sql: Sql, named: Named, path: string): Promise<ModelSource> {
  const { source, runId, modelId } = named
  if (!/[/@]/.test(path)) {
    if (modelId !== path) throw createOwnerError(source, 'model_id')
    const model = await findLoggedModel(sql, { source, modelId })
    return { source, storageLocation: model.artifactUri, runId: runId ?? model.sourceRunId, modelId }
  }
  const row = await getReferencedRow(sql, source, path)
  const [ofRun, ofModel] = [getText(row, 'run_id'), getText(row, 'model_id')]
  if ((runId !== undefined && runId !== ofRun) || (modelId !== undefined && modelId !== ofModel)) {
    throw new RunwrightError(
      'INVALID_PARAMETER_VALUE',
      `Invalid model version source: '${source}'. The run_id and model_id request parameters must match the ` +
        'referenced model version.',
    )
  }
  return {
    source: `models:/${getText(row, 'name')}/${findNumber(row, 'version')}`,
    storageLocation: getText(row, 'storage_location'),
    runId: ofRun,
    modelId: ofModel,
  }
}

/** The version that `NAME/3`, `NAME/latest` or `NAME@alias` names. */
async function getReferencedRow(sql: Sql, source: string, path: string) {
  const [, name = '', suffix, alias] = /^([^/]+?)(?:\/([^/]+)|@([^/@]+))$/.exec(path) ?? []
  const model = await getRegisteredModelRow(sql, name)
  if (await isPromptRow(sql, model)) {
    throw new RunwrightError(
      'INVALID_PARAMETER_VALUE',
      `Invalid model version source: '${source}'. Prompt versions cannot be used as model version sources.`,
    )
  }
  if (suffix !== undefined && /^\d{1,15}$/.test(suffix)) return getVersionRow(sql, name, Number(suffix))
  if (suffix?.toLowerCase() === 'latest') {
    const row = await findLatestVersionRow(sql, name)
    if (row !== undefined) return row
  }
  const found = await sql.get(
    'select version from registered_model_aliases where registered_model = ? and alias = ?',
    model['id'] ?? null,
    alias ?? '',
  )
  if (found === undefined) throw createSourceError(source)
  return getVersionRow(sql, name, findNumber(found, 'version') ?? 0)
}

async function findRunArtifacts(sql: Sql, { source, runId }: Pick<Named, 'source' | 'runId'>): Promise<string> {
  const known = parseRunId(runId ?? '')
  if (known === undefined) throw createOwnerError(source, 'run_id')
  return toRunRow(await orOwnerError(getRunRow(sql, known), source, 'run_id')).artifactUri
}

async function findLoggedModel(sql: Sql, { source, modelId }: { source: string; modelId: string }) {
  const [model] = await loadModels(sql, [await orOwnerError(getModelRow(sql, modelId), source, 'model_id')])
  if (model === undefined) throw createOwnerError(source, 'model_id')
  return model
}

async function orOwnerError<T>(work: Promise<T>, source: string, parameter: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') {
      throw createOwnerError(source, parameter)
    }
    throw error
  }
}

function createOwnerError(source: string, parameter: string): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Invalid model version source: '${source}'. The ${parameter} request parameter must identify the resource that ` +
      'contains the source.',
    { hint: 'Name the run or logged model of this server whose files the source is.' },
  )
}

function createSourceError(source: string): RunwrightError {
  return new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `Invalid model version source: '${source}'. It must name files of a run or logged model of this server.`,
    { hint: 'For example runs:/RUN_ID/model, models:/MODEL_ID, models:/NAME/1 or mlflow-artifacts:/….' },
  )
}
