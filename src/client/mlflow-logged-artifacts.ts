import { createHash } from 'node:crypto'
import { mapConcurrently } from '../base/map-concurrently.ts'
import { walkFolders } from '../base/walk-folders.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { RunId } from '../protocol/ids.ts'
import { arrangeArtifacts, maxListedFiles, parseTablePaths } from '../protocol/logged-artifacts.ts'
import { maxTableBytes } from '../protocol/logged-table.ts'
import type { Methods } from '../protocol/methods.ts'
import { checkTablePath, parseTableFile } from '../protocol/table-file.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { MlflowApi } from './mlflow-api.ts'

/** Runs that are looked through at a time; each takes a request a folder. */
const concurrency = 4
const defaultReadBytes = 8 * 1024 * 1024

/** Like the engine's own method, with a request for each folder of each run. */
export async function listLoggedArtifacts(
  { runIds, offset = 0, limit = 1000 }: Methods['artifacts/logged']['params'],
  api: MlflowApi,
): Promise<Methods['artifacts/logged']['result']> {
  const walked = await mapConcurrently(runIds, concurrency, async (runId) => {
    const { tags } = await api.getRun(runId)
    const { files, isCut } = await walkFolders((path) => api.listArtifacts(runId, path), maxListedFiles)
    return { runId, files, isCut, tables: parseTablePaths(tags.find(isTableList)?.value) }
  })
  const arranged = arrangeArtifacts(walked)
  return {
    artifacts: arranged.slice(offset, offset + limit),
    total: arranged.length,
    cutRuns: walked.filter(({ isCut }) => isCut).map(({ runId }) => runId),
  }
}

const isTableList = ({ key }: { key: string }) => key === tagNames.loggedArtifacts

export async function readArtifact(
  { runId, path, start = 0, maxBytes = defaultReadBytes }: Methods['artifacts/read']['params'],
  api: MlflowApi,
): Promise<Methods['artifacts/read']['result']> {
  const sizeBytes = await findSize(runId, path, api)
  const end = Math.min(start + maxBytes, sizeBytes)
  const kept: Uint8Array[] = []
  let position = 0
  // Servers serve whole artifacts: what lies before is read past, what follows is not asked for.
  for await (const chunk of await api.openArtifact(runId, path)) {
    kept.push(chunk.subarray(Math.max(0, start - position), Math.max(0, end - position)))
    position += chunk.length
    if (position >= end) break
  }
  return { bytes: new Uint8Array(Buffer.concat(kept)), sizeBytes }
}

export async function digestArtifact(
  { runId, path }: Methods['artifacts/digest']['params'],
  api: MlflowApi,
): Promise<Methods['artifacts/digest']['result']> {
  const digest = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of await api.openArtifact(runId, path)) {
    digest.update(chunk)
    sizeBytes += chunk.length
  }
  return { sizeBytes, sha256: digest.digest('hex') }
}

export async function readLoggedTable(
  { runId, path, offset = 0, limit = 1000, ...wanted }: Methods['artifacts/table']['params'],
  api: MlflowApi,
): Promise<Methods['artifacts/table']['result']> {
  checkTablePath(path)
  const sizeBytes = await findSize(runId, path, api)
  if (sizeBytes > maxTableBytes) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The table '${path}' has ${sizeBytes} bytes.`, {
      hint: `Tables of up to ${maxTableBytes} bytes are shown.`,
    })
  }
  const text = await new Response(await api.openArtifact(runId, path)).text()
  return parseTableFile(path, text, { ...wanted, offset, limit })
}

/** @throws RESOURCE_DOES_NOT_EXIST */
async function findSize(runId: RunId, path: string, api: MlflowApi): Promise<number> {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : undefined
  const found = (await api.listArtifacts(runId, folder)).find((entry) => entry.path === path)
  if (found?.sizeBytes !== undefined) return found.sizeBytes
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${path}'`)
}
