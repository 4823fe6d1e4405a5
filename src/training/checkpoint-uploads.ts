import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { warn } from './checkpoint-folder.ts'
import { encodeManifest, type Manifest, manifestNameOf, stateNameOf } from './manifest.ts'
import { artifactFolder } from './remote-checkpoints.ts'
import { findRunArtifacts, openFile, type RunArtifacts } from './run-artifacts.ts'

/** An engine that was killed is back in a second; a server that is down is not waited for. */
const pausesMs = [500, 1000, 2000, 4000, 8000]

let work: Promise<void> = Promise.resolve()
/** Paths of manifests that are no longer to be sent. */
const pruned = new Set<string>()

/** Makes the artifacts of the run, if it has any, like the folder: in the background, one after another. Never throws. */
export function uploadCheckpoint(folder: string, saved: Manifest, gone: readonly Manifest[]): void {
  const artifacts = findRunArtifacts(process.env)
  if (artifacts === undefined) return
  const pathOf = (manifest: Manifest) => join(folder, manifestNameOf(manifest))
  pruned.delete(pathOf(saved))
  for (const each of gone) pruned.add(pathOf(each))
  work = work.then(async () => {
    await tryAgain(async () => {
      if (pruned.has(pathOf(saved))) return
      await send(artifacts, folder, saved)
    })
    const names = gone
      .filter((each) => pruned.has(pathOf(each)))
      .flatMap((each) => [manifestNameOf(each), stateNameOf(each)])
    for (const name of names) await tryAgain(() => artifacts.remove(`${artifactFolder}/${name}`))
  })
}

/** Resolves when all checkpoints so far are on the server, or were given up with a warning. */
export async function waitForUploads(): Promise<void> {
  await work
}

/** The manifest after the state: on the server too, a checkpoint is there once its manifest is. */
async function send(artifacts: RunArtifacts, folder: string, manifest: Manifest): Promise<void> {
  const state = await openFile(join(folder, stateNameOf(manifest)))
  await artifacts.upload(`${artifactFolder}/${stateNameOf(manifest)}`, state)
  await artifacts.upload(`${artifactFolder}/${manifestNameOf(manifest)}`, new Blob([encodeManifest(manifest)]))
}

async function tryAgain(work: () => Promise<void>): Promise<void> {
  for (const pauseMs of [...pausesMs, undefined]) {
    try {
      return await work()
    } catch (error) {
      if (pauseMs === undefined) return warn(`A checkpoint was not uploaded; it is on disk. ${String(error)}`)
      await delay(pauseMs)
    }
  }
}
