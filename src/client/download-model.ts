import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { RunId } from '../protocol/ids.ts'
import { recordOf } from '../protocol/json.ts'
import { findRun } from './find-run.ts'
import { createMlflowHttp, type MlflowHttp } from './mlflow-http.ts'

/** A model in a store, and the run that made it, where one did. */
export interface StoredModel {
  /** As the store names the folder: `mlflow-artifacts:/…`. */
  readonly artifactUri: string
  readonly runId: RunId | undefined
}

/** Whether a text names a model of a store rather than a file. */
export function isModelUri(text: string): boolean {
  return /^(runs|models):\//.test(text)
}

/** Files of one model; more is no model but a folder of something else. */
const maxFiles = 10_000

/**
 * Downloads what a URI names of a run (`runs:/RUN/PATH`), of a registered model (`models:/NAME/3`, `models:/NAME@ALIAS`)
 * or of a logged model (`models:/m-…`).
 *
 * @param folder takes the files; an empty one
 * @returns the path of the model's folder or file in it, and the run that it is of
 * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE, and what the server says
 */
export async function downloadModel(
  client: Client,
  uri: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly runId: RunId | undefined }> {
  const { uri: url, token } = await client.tracking()
  const options = { url, fetch, closed: signal }
  const http = createMlflowHttp(token === undefined ? options : { ...options, credentials: { token } })
  const { artifactUri, runId } = await resolveUri(client, http, uri)
  const root = /^mlflow-artifacts:\/+(.+)$/.exec(artifactUri)?.[1]
  if (root === undefined) {
    throw new RunwrightError('NOT_IMPLEMENTED', `${uri} lies at ${artifactUri}, which this server does not serve.`)
  }
  const name = root.split('/').at(-1) ?? 'model'
  const path = join(folder, name === 'artifacts' ? 'model' : name)
  const files = await listFiles(http, root)
  if (files.length === 0) await downloadFile(http, root, path)
  for (const file of files) await downloadFile(http, `${root}/${file}`, join(path, ...file.split('/')))
  return { path, runId }
}

async function resolveUri(client: Client, http: MlflowHttp, uri: string): Promise<StoredModel> {
  const [, run = '', inside] = /^runs:\/([^/]+)\/?(.*)$/.exec(uri) ?? []
  if (inside !== undefined) return resolveOfRun(client, http, await findRun(client, run), inside)
  const [, name = '', version, alias] = /^models:\/([^/@]+)(?:\/(\d+|latest)|@(.+))?$/.exec(uri) ?? []
  if (name === '') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `“${uri}” names no model.`, {
      hint: 'For example runs:/RUN/model, models:/NAME/3 or models:/NAME@ALIAS.',
    })
  }
  if (version === undefined && alias === undefined) return findLoggedModel(http, name)
  const { versions } = await client.call('models/get', { name })
  const found = versions.find((each) =>
    alias === undefined ? version === 'latest' || each.version === Number(version) : each.aliases.includes(alias),
  )
  if (found === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no model ${uri}.`)
  const { storageLocation } = found
  const runId = found.runId === '' ? undefined : await findRun(client, found.runId)
  if (!isModelUri(storageLocation)) return { artifactUri: storageLocation, runId }
  return resolveUri(client, http, storageLocation)
}

/** A logged model by its name, or a folder or file of the run's artifacts; without a path the only model there is. */
async function resolveOfRun(client: Client, http: MlflowHttp, runId: RunId, path: string): Promise<StoredModel> {
  const { models } = await client.call('models/of-run', { runId })
  const meant = models.filter((model) => path === '' || model.path === path || model.modelId === path)
  const [only, ...others] = meant
  if (only === undefined && path === '') {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `The run ${runId} has logged no model.`, {
      hint: `Name one of its artifacts: runs:/${runId}/PATH.`,
    })
  }
  if (path === '' && others.length > 0) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The run ${runId} has ${models.length} models.`, {
      hint: `Name one: ${models.map((model) => `runs:/${runId}/${model.modelId ?? model.path}`).join(', ')}.`,
    })
  }
  if (only?.modelId !== undefined) return { ...(await findLoggedModel(http, only.modelId)), runId }
  const { run } = await client.call('runs/get', { runId })
  return { artifactUri: `${run.artifactUri}/${only?.path ?? path}`, runId }
}

async function findLoggedModel(http: MlflowHttp, modelId: string): Promise<StoredModel> {
  const answer = await http.get(`/api/2.0/mlflow/logged-models/${encodeURIComponent(modelId)}`, {})
  const info = recordOf(recordOf(recordOf(answer)['model'])['info'])
  const { artifact_uri: artifactUri } = info
  if (typeof artifactUri === 'string') return { artifactUri, runId: undefined }
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no model ${modelId}.`)
}

const artifacts = '/api/2.0/mlflow-artifacts/artifacts'

/** All files below a folder, by their paths from there; none for a file. */
async function listFiles(http: MlflowHttp, root: string): Promise<readonly string[]> {
  const files: string[] = []
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const answer = await http.get(artifacts, { path: folder === '' ? root : `${root}/${folder}` })
    const listed = recordOf(answer)['files']
    for (const entry of Array.isArray(listed) ? listed : []) {
      const { path, is_dir: isFolder } = recordOf(entry)
      const inside = `${folder === '' ? '' : `${folder}/`}${checkName(path)}`
      if (isFolder === true) folders.push(inside)
      else files.push(inside)
    }
    if (files.length > maxFiles) {
      throw new RunwrightError('BAD_REQUEST', `There are more than ${maxFiles} files there: that is no model.`)
    }
  }
  return files
}

/** The last part of a path, which is to become a file's name here. */
function checkName(path: unknown): string {
  const name = typeof path === 'string' ? (path.split('/').at(-1) ?? '') : ''
  if (name !== '' && name !== '.' && name !== '..' && !/[\\\0:]/.test(name)) return name
  throw new RunwrightError('BAD_REQUEST', `The server lists a file ${JSON.stringify(path)}, which can be none here.`)
}

async function downloadFile(http: MlflowHttp, from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  const path = from.split('/').map(encodeURIComponent).join('/')
  const bytes = await http.open(`${artifacts}/${path}`, {})
  await pipeline(Readable.fromWeb(bytes), createWriteStream(to))
}
