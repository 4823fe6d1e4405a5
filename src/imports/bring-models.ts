import { RunwrightError } from '../protocol/errors.ts'
import { parseRunId } from '../protocol/ids.ts'
import { isPrompt } from '../protocol/registered-models.ts'
import { bringFiles } from './bring-files.ts'
import type { ImportWork } from './import-work.ts'
import type { RunSource, SourceLoggedModel, SourceModelVersion } from './run-source.ts'

/** Brings models that runs have logged, with their files. */
export async function bringLoggedModels(source: RunSource, work: ImportWork): Promise<void> {
  for await (const model of source.loggedModels()) {
    try {
      await bringLoggedModel(model, work)
    } catch (error) {
      work.fail(`model ${model.name} (${model.modelId})`, error)
    }
  }
}

async function bringLoggedModel(model: SourceLoggedModel, work: ImportWork): Promise<void> {
  const { modelId, name, modelType, sourceRun: sourceRunId, creationTime, params, tags } = model
  const experimentId = await work.target.ensureExperiment(model.experiment, [])
  const head = { modelId, experimentId, name, modelType, sourceRunId, creationTime, params, tags }
  const { state, artifactUri } = await work.target.call('import/logged-model', head)
  await bringFiles(`model ${name} (${modelId})`, { artifactUri }, model.artifacts(), work)
  if (state === 'new') work.add({ loggedModels: 1 })
}

/** Brings registered models, with their versions under their own numbers. */
export async function bringRegisteredModels(source: RunSource, work: ImportWork): Promise<void> {
  const later: (() => Promise<void>)[] = []
  for await (const { name, description, tags, versions } of source.registeredModels()) {
    try {
      await work.target.call('import/registered-model', { name, description, tags })
      for (const version of versions.toSorted((a, b) => a.version - b.version)) {
        const bring = () => bringVersion(name, version, work)
        // It may be a copy of one that comes after it.
        if (/^models:\/[^/]+[/@]/.test(version.source)) later.push(bring)
        else await bring()
      }
    } catch (error) {
      work.fail(`registered model ${name}`, error)
    }
  }
  for (const bring of later) await bring()
}

async function bringVersion(name: string, version: SourceModelVersion, work: ImportWork): Promise<void> {
  const what = `version ${version.version} of ${name}`
  try {
    const { run, modelId, version: number, description, stage, creationTime, tags, aliases } = version
    const named = isPrompt(tags) ? { source: version.source } : locate(version)
    const runId = parseRunId(run)
    const { state } = await work.target.call('import/model-version', {
      name,
      version: number,
      description,
      stage,
      creationTime,
      tags,
      aliases,
      source: named.source,
      ...(runId === undefined ? {} : { runId }),
      ...(modelId === '' || !named.source.startsWith('models:/m-') ? {} : { modelId }),
    })
    if (state === 'new') work.add({ modelVersions: 1 })
    if (state === 'taken') throw new RunwrightError('RESOURCE_CONFLICT', 'that version is here, and is another')
  } catch (error) {
    work.fail(what, error)
  }
}

/** Where the files of a version are here: in the run or logged model that they were in. */
function locate({ source, run, modelId }: SourceModelVersion): { source: string } {
  if (modelId !== '') return { source: `models:/${modelId}` }
  if (/^(?:runs|models):\//.test(source)) return { source }
  const path = run === '' ? undefined : source.split(`/${run}/artifacts/`)[1]
  if (path !== undefined && path !== '') return { source: `runs:/${run}/${path.replace(/\/+$/, '')}` }
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `its files are at ${source}, not among the artifacts of a run`)
}
