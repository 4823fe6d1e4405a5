import { join } from 'node:path'
import { makeFolder, publishCheckpoint, warn } from './checkpoint-folder.ts'
import { lockFile } from './folder-lock.ts'
import { type Manifest, manifestNameOf, parseManifest, stateNameOf } from './manifest.ts'
import { writePending } from './pending-file.ts'
import type { RunArtifacts } from './run-artifacts.ts'

/** Where checkpoints are among the artifacts of a run, for Python's package too. */
export const artifactFolder = 'checkpoints'

/** Those among the artifacts of the run; none, with a warning, where they cannot be listed. */
export async function listRemote(artifacts: RunArtifacts): Promise<readonly Manifest[]> {
  try {
    const names = (await artifacts.listNames(artifactFolder)).filter((name) => /^step-.*\.json$/.test(name))
    const found = await Promise.all(
      names.map(async (name) => {
        const manifest = parseManifest(await artifacts.read(`${artifactFolder}/${name}`))
        return manifest !== undefined && manifestNameOf(manifest) === name ? [{ ...manifest, isFetched: true }] : []
      }),
    )
    return found.flat()
  } catch (error) {
    warn(`The checkpoints among the artifacts of the run could not be listed: ${String(error)}`)
    return []
  }
}

/** Brings one into the folder. What cannot be downloaded is told, and is not there then. */
export async function fetchCheckpoint(folder: string, artifacts: RunArtifacts, manifest: Manifest): Promise<void> {
  try {
    await makeFolder(folder)
    const parts = await artifacts.download(`${artifactFolder}/${stateNameOf(manifest)}`)
    await using pending = await writePending(folder, parts)
    await using _lock = await lockFile(join(folder, '.lock'))
    await publishCheckpoint(folder, pending, manifest)
  } catch (error) {
    warn(`The checkpoint of step ${manifest.step} could not be downloaded: ${String(error)}`)
  }
}
