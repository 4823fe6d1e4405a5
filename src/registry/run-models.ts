import { RunwrightError } from '../protocol/errors.ts'
import type { RunId } from '../protocol/ids.ts'
import type { RunModel } from '../protocol/registered-models.ts'
import type { Run } from '../protocol/runs.ts'
import type { Artifacts } from '../tracking/artifacts.ts'
import type { Tracking } from '../tracking/tracking.ts'

/** What MLflow writes beside a model's files. */
const modelFile = 'MLmodel'

/** Folders of a run that are looked into for a model. */
const maxFolders = 100

/** Finds what of a run can be registered. */
export interface RunModels {
  /** Its logged models, the last one first, then its artifact folders with a model in them. */
  list(runId: RunId): Promise<readonly RunModel[]>
  /**
   * The one that is meant: by its path or model id, or the only one there is. A path may also name another folder or
   * file of the run's artifacts.
   *
   * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE when several could be meant
   */
  get(runId: RunId, path: string | undefined): Promise<RunModel>
}

export function createRunModels({ tracking, artifacts }: { tracking: Tracking; artifacts: Artifacts }): RunModels {
  async function listLogged({ modelOutputs }: Run): Promise<RunModel[]> {
    const models = await Promise.all(
      modelOutputs.map(({ modelId }) => tracking.models.get(modelId).catch(noneIfDeleted)),
    )
    return models
      .filter((model) => model !== undefined)
      .toSorted((a, b) => b.creationTime - a.creationTime)
      .map(({ name, modelId, artifactUri }) => ({ path: name, source: `models:/${modelId}`, modelId, artifactUri }))
  }

  async function listFolders({ artifactUri, runId }: Run): Promise<RunModel[]> {
    const folders = (await artifacts.listBelow(artifactUri)).filter(({ isDirectory }) => isDirectory)
    const inside = await Promise.all(
      folders
        .slice(0, maxFolders)
        .map(async ({ path }) => ({ path, files: await artifacts.listBelow(artifactUri, path) })),
    )
    return inside
      .filter(({ path, files }) => files.some((file) => file.path === `${path}/${modelFile}`))
      .map(({ path }) => ({ path, source: `runs:/${runId}/${path}` }))
  }

  async function list(runId: RunId): Promise<readonly RunModel[]> {
    const run = await tracking.runs.get(runId)
    return [...(await listLogged(run)), ...(await listFolders(run))]
  }

  async function exists({ artifactUri }: Run, path: string): Promise<boolean> {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    return (await artifacts.listBelow(artifactUri, parent)).some((entry) => entry.path === path)
  }

  return {
    list,
    async get(runId, path) {
      const models = await list(runId)
      const meant = path === undefined ? models : models.filter((model) => [model.path, model.modelId].includes(path))
      const [only, ...others] = meant
      if (only !== undefined && others.length === 0) return only
      if (only !== undefined) throw createSeveralError(runId, meant)
      if (path !== undefined && (await exists(await tracking.runs.get(runId), path))) {
        return { path, source: `runs:/${runId}/${path}` }
      }
      throw createNoneError(runId, path, models)
    },
  }
}

function noneIfDeleted(error: unknown): undefined {
  if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
  throw error
}

function createSeveralError(runId: RunId, models: readonly RunModel[]): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `The run ${runId} has ${models.length} models to choose from.`, {
    hint: `Name one: ${nameAll(models)}.`,
  })
}

function createNoneError(runId: RunId, path: string | undefined, models: readonly RunModel[]): RunwrightError {
  if (path === undefined) {
    return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `The run ${runId} has logged no model.`, {
      hint: 'Log one, by mlflow.sklearn.log_model for example, or name an artifact path of the run.',
    })
  }
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `The run ${runId} has nothing at "${path}".`, {
    hint: models.length === 0 ? 'Name an artifact path of the run.' : `It has: ${nameAll(models)}.`,
  })
}

/** By what tells them apart: several steps may log models of one name. */
function nameAll(models: readonly RunModel[]): string {
  return models
    .slice(0, 10)
    .map(({ path, modelId }) => (modelId === undefined ? path : `${path} (${modelId})`))
    .join(', ')
}
