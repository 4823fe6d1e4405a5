import { openArtifact } from '../../client/mlflow-artifacts.ts'
import type { MlflowHttp } from '../../client/mlflow-http.ts'
import type { Experiment } from '../../protocol/experiments.ts'
import { isRecord } from '../../protocol/json.ts'
import { modelStages } from '../../protocol/registered-models.ts'
import type { SourceFile, SourceLoggedModel, SourceRegisteredModel } from '../run-source.ts'
import { parseLoggedModels, parseModelVersions, parseRegisteredModels } from './server-answers.ts'
import { unlessUnknown } from './unless-unknown.ts'
import { walkArtifacts } from './walk-artifacts.ts'

const prefix = '/api/2.0/mlflow'

/** Experiments that one search is about. */
const experimentsAtOnce = 100

/** Models that runs have logged; none on a server that knows no such thing. */
export async function* readServerModels(
  http: MlflowHttp,
  experiments: readonly Experiment[],
): AsyncGenerator<SourceLoggedModel> {
  const names = new Map<string, string>(experiments.map(({ experimentId, name }) => [experimentId, name]))
  for (let start = 0; start < experiments.length; start += experimentsAtOnce) {
    const ids = experiments.slice(start, start + experimentsAtOnce).map(({ experimentId }) => experimentId)
    let token: string | undefined
    do {
      const body = { experiment_ids: ids, max_results: 50, ...(token === undefined ? {} : { page_token: token }) }
      const answer = await http.post(`${prefix}/logged-models/search`, body).catch(unlessUnknown)
      if (answer === undefined) return
      const { models, nextPageToken } = parseLoggedModels(answer)
      for (const { info, data } of models) {
        yield {
          modelId: info.modelId,
          experiment: names.get(info.experimentId) ?? 'Default',
          name: info.name,
          modelType: info.modelType,
          sourceRun: info.sourceRunId,
          creationTime: info.creationTimestampMs,
          params: data?.params ?? [],
          tags: info.tags,
          artifacts: () => listModelArtifacts(http, info.modelId, info.artifactUri),
        }
      }
      token = nextPageToken === '' ? undefined : nextPageToken
    } while (token !== undefined)
  }
}

async function* listModelArtifacts(http: MlflowHttp, modelId: string, artifactUri: string): AsyncGenerator<SourceFile> {
  const root = `${prefix}/logged-models/${modelId}/artifacts/directories`
  const list = async (path: string | undefined) => {
    const answer = await http.get(root, { artifact_directory_path: path })
    const files = isRecord(answer) && Array.isArray(answer['files']) ? answer['files'].filter(isRecord) : []
    return files.map((file) => ({
      path: String(file['path']),
      isDirectory: file['is_dir'] === true,
      sizeBytes: Number(file['file_size'] ?? 0),
    }))
  }
  const open = (path: string) => {
    if (artifactUri.startsWith('mlflow-artifacts:')) return openArtifact(http, { runId: '', artifactUri }, path)
    const files = `/ajax-api/2.0/mlflow/logged-models/${modelId}/artifacts/files`
    return http.open(files, { artifact_file_path: path })
  }
  yield* walkArtifacts(list, open)
}

export async function* readServerRegisteredModels(http: MlflowHttp): AsyncGenerator<SourceRegisteredModel> {
  let token: string | undefined
  do {
    const query = { max_results: 100, page_token: token }
    const { registeredModels, nextPageToken } = parseRegisteredModels(
      await http.get(`${prefix}/registered-models/search`, query),
    )
    for (const { name, description, tags, aliases } of registeredModels) {
      const all = []
      for await (const version of readVersions(http, name)) {
        const own = aliases.filter((each) => Number(each.version) === version.version).map(({ alias }) => alias)
        all.push({ ...version, aliases: own })
      }
      yield { name, description, tags, versions: all }
    }
    token = nextPageToken === '' ? undefined : nextPageToken
  } while (token !== undefined)
}

async function* readVersions(http: MlflowHttp, name: string) {
  let token: string | undefined
  do {
    const filter = `name = '${name.replaceAll("'", "\\'")}'`
    const query = { filter, max_results: 1000, page_token: token }
    const { modelVersions, nextPageToken } = parseModelVersions(
      await http.get(`${prefix}/model-versions/search`, query),
    )
    for (const each of modelVersions) {
      yield {
        version: each.version,
        description: each.description,
        source: each.source,
        run: each.runId,
        modelId: each.modelId || (/^models:\/(m-[0-9a-f]{32})$/.exec(each.source)?.[1] ?? ''),
        stage: modelStages.find((stage) => stage === each.currentStage) ?? 'None',
        creationTime: each.creationTimestamp,
        tags: each.tags,
      }
    }
    token = nextPageToken === '' ? undefined : nextPageToken
  } while (token !== undefined)
}
