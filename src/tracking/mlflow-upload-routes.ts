import { RunwrightError } from '../protocol/errors.ts'
import { invalid } from '../protocol/mlflow/fields.ts'
import * as requests from '../protocol/mlflow/upload-requests.ts'
import { parseArtifactPath } from './artifact-path.ts'
import { mlflowRoute } from './mlflow-route.ts'
import type { MultipartUploads } from './multipart-uploads.ts'
import type { RestRoute, StreamRoute } from './route.ts'
import type { LoggedModels, Runs } from './tracking.ts'

const root = '/api/2.0/mlflow-artifacts'
const partsPath = `${root}/mpu/parts`

/**
 * Uploads in parts, as MLflow's proxy has them over an object store: here the addresses that parts are sent to are the
 * engine's own. They are no secrets in themselves; the headers beside them are those that let the client in.
 */
export function createUploadRoutes(uploads: MultipartUploads): RestRoute[] {
  return [
    {
      verb: 'POST',
      path: `${root}/mpu/create/{path*}`,
      takes: requests.createUpload.shape,
      async run({ body, captures, server }) {
        const { path, numParts } = requests.createUpload.parse(body)
        const uploadId = await uploads.create(locate(captures, path), numParts)
        const credentials = Array.from({ length: numParts }, (_, index) => ({
          url: `${server.uri}${partsPath}/${uploadId}/${index + 1}`,
          part_number: index + 1,
          headers: server.headers,
        }))
        return { upload_id: uploadId, credentials }
      },
    },
    {
      verb: 'POST',
      path: `${root}/mpu/complete/{path*}`,
      takes: requests.completeUpload.shape,
      async run({ body, captures }) {
        const { path, uploadId, parts } = requests.completeUpload.parse(body)
        const named = parts.map(({ partNumber, etag = '' }) => ({
          number: partNumber,
          etag: etag.replaceAll('"', ''),
        }))
        await uploads.complete(locate(captures, path), uploadId, named)
        return {}
      },
    },
    {
      verb: 'POST',
      path: `${root}/mpu/abort/{path*}`,
      takes: requests.abortUpload.shape,
      async run({ body, captures }) {
        const { path, uploadId } = requests.abortUpload.parse(body)
        locate(captures, path)
        await uploads.abort(uploadId)
        return {}
      },
    },
  ]
}

/** Where the parts of an upload are sent. */
export function createUploadStreams(uploads: MultipartUploads): StreamRoute[] {
  return [
    {
      verb: 'PUT',
      path: `${partsPath}/{upload_id}/{part}`,
      async run({ captures, body }) {
        const part = requests.uploadedPart.read(captures['part'], 'part')
        return { json: {}, etag: await uploads.writePart(captures['upload_id'] ?? '', part, body) }
      },
    },
  ]
}

/** An object store gives out addresses of its own for a while; behind a proxy, as here, there are none. */
export function createPresignedRoutes(runs: Runs, models: LoggedModels): RestRoute[] {
  return [
    mlflowRoute(
      'POST',
      'artifacts/presigned-upload-url',
      requests.presignedUpload,
      async ({ runId, modelId, path }) => {
        if ((runId === undefined) === (modelId === undefined)) {
          throw invalid('Exactly one of run_id and model_id must be provided.')
        }
        parseArtifactPath(path)
        if (runId !== undefined) await runs.get(runId)
        else if (modelId !== undefined) await models.get(modelId)
        throw noAddresses('upload is not supported for proxied artifact storage', 'a direct cloud storage artifact URI')
      },
    ),
    mlflowRoute('POST', 'artifacts/presigned-download-url', requests.presignedDownload, async (asked) => {
      const { runId, path, expiration = 1 } = asked
      parseArtifactPath(path)
      if (expiration < 1 || expiration > 604_800) {
        throw invalid(`expiration must be between 1 and 604800 seconds (got ${expiration}).`)
      }
      await runs.get(runId)
      throw noAddresses(
        'download is not supported for runs with proxied artifact storage',
        'a run with a direct cloud storage artifact URI',
      )
    }),
    {
      verb: 'GET',
      path: `${root}/presigned/{path*}`,
      takes: {},
      async run({ captures }) {
        parseArtifactPath(captures['path'] ?? '')
        throw new RunwrightError(
          'NOT_IMPLEMENTED',
          'Multipart download is not supported for the current artifact repository',
          { hint: 'Unset MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD.' },
        )
      },
    },
  ]
}

/** The folder of an upload stands in the path, the name of its file in the body: there as a path of the client's. */
function locate(captures: Readonly<Record<string, string>>, localPath: string): string {
  const name = localPath.split(/[/\\]/).at(-1) ?? ''
  if (name === '') throw invalid('Invalid path')
  const folder = parseArtifactPath(captures['path'] ?? '')
  return parseArtifactPath([...folder, name].join('/')).join('/')
}

function noAddresses(what: string, needed: string): RunwrightError {
  return invalid(`Presigned ${what} (artifact URI scheme: mlflow-artifacts). This endpoint requires ${needed}.`)
}
