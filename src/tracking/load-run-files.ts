import { createHash } from 'node:crypto'
import { walkFolders } from '../base/walk-folders.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Run } from '../protocol/runs.ts'
import { artifactPaths } from '../protocol/tag-names.ts'
import type { Artifacts } from './artifacts.ts'
import type { RunWithFiles } from '../protocol/diff-runs.ts'

/** An environment that is larger was not written by us. */
const maxEnvironmentBytes = 16 * 1024 * 1024

/** Files of a run that a diff names; a run with more has them counted by folder in its own list. */
const maxFiles = 2000

/** Reads what of a run's artifacts takes part in a diff. Artifacts that are kept elsewhere take none. */
export async function loadRunFiles(artifacts: Artifacts, run: Run): Promise<RunWithFiles> {
  if (!run.artifactUri.startsWith('mlflow-artifacts:')) {
    return { run, environment: undefined, patchDigest: undefined, artifacts: new Map() }
  }
  const [environment, patch, files] = await Promise.all([
    readWhole(artifacts, run, artifactPaths.environment),
    hash(artifacts, run, artifactPaths.patch),
    listFiles(artifacts, run),
  ])
  return { run, environment: parse(environment), patchDigest: patch, artifacts: files }
}

async function open(artifacts: Artifacts, run: Run, path: string) {
  try {
    return await artifacts.openBelow(run.artifactUri, path)
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

async function readWhole(artifacts: Artifacts, run: Run, path: string): Promise<string | undefined> {
  const artifact = await open(artifacts, run, path)
  if (artifact === undefined) return undefined
  if (artifact.sizeBytes <= maxEnvironmentBytes) return new Response(artifact.bytes).text()
  await artifact.bytes.cancel()
  return undefined
}

async function hash(artifacts: Artifacts, run: Run, path: string): Promise<string | undefined> {
  const artifact = await open(artifacts, run, path)
  if (artifact === undefined) return undefined
  const digest = createHash('sha256')
  for await (const bytes of artifact.bytes) digest.update(bytes)
  return digest.digest('hex')
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function listFiles(artifacts: Artifacts, run: Run): Promise<Map<string, number>> {
  const { files } = await walkFolders((folder) => artifacts.listBelow(run.artifactUri, folder), maxFiles)
  return new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes ?? 0]))
}
