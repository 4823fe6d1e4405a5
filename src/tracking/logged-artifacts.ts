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
import type { Artifacts, OpenArtifact } from './artifacts.ts'
import type { Runs } from './tracking.ts'

const defaultReadBytes = 8 * 1024 * 1024
const concurrency = 4

interface Parts {
  readonly runs: Runs
  readonly artifacts: Artifacts
}

export async function listLoggedArtifacts(
  { runs, artifacts }: Parts,
  { runIds, offset = 0, limit = 1000 }: Methods['artifacts/logged']['params'],
): Promise<Methods['artifacts/logged']['result']> {
  const walked = await mapConcurrently(runIds, concurrency, async (runId) => {
    const { artifactUri, tags } = await runs.get(runId)
    const { files, isCut } = await walkFolders((path) => artifacts.listBelow(artifactUri, path), maxListedFiles)
    const tables = parseTablePaths(tags.find(({ key }) => key === tagNames.loggedArtifacts)?.value)
    return { runId, files, tables, isCut }
  })
  const arranged = arrangeArtifacts(walked)
  return {
    artifacts: arranged.slice(offset, offset + limit),
    total: arranged.length,
    cutRuns: walked.filter(({ isCut }) => isCut).map(({ runId }) => runId),
  }
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function readArtifact(
  parts: Parts,
  { runId, path, start = 0, maxBytes = defaultReadBytes }: Methods['artifacts/read']['params'],
): Promise<Methods['artifacts/read']['result']> {
  const { bytes, sizeBytes } = await open(parts, runId, path, { start, end: start + maxBytes })
  return { bytes: new Uint8Array(await new Response(bytes).arrayBuffer()), sizeBytes }
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function digestArtifact(
  parts: Parts,
  { runId, path }: Methods['artifacts/digest']['params'],
): Promise<Methods['artifacts/digest']['result']> {
  const { bytes, sizeBytes } = await open(parts, runId, path)
  const digest = createHash('sha256')
  for await (const chunk of bytes) digest.update(chunk)
  return { sizeBytes, sha256: digest.digest('hex') }
}

/** @throws RESOURCE_DOES_NOT_EXIST, NOT_IMPLEMENTED; INVALID_PARAMETER_VALUE for what is too large or no table */
export async function readLoggedTable(
  parts: Parts,
  { runId, path, offset = 0, limit = 1000, ...wanted }: Methods['artifacts/table']['params'],
): Promise<Methods['artifacts/table']['result']> {
  checkTablePath(path)
  const { bytes, sizeBytes } = await open(parts, runId, path)
  if (sizeBytes > maxTableBytes) {
    await bytes.cancel()
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `The table '${path}' has ${sizeBytes} bytes.`, {
      hint: `Tables of up to ${maxTableBytes} bytes are shown.`,
    })
  }
  return parseTableFile(path, await new Response(bytes).text(), { ...wanted, offset, limit })
}

async function open(
  { runs, artifacts }: Parts,
  runId: RunId,
  path: string,
  range?: { start: number; end: number },
): Promise<OpenArtifact> {
  const { artifactUri } = await runs.get(runId)
  return artifacts.openBelow(artifactUri, path, range)
}
