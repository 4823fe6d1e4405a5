import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { chooseKept, type KeepRule, listManifests, sortByAge, warn } from './checkpoint-folder.ts'
import { encodeManifest, type Manifest, manifestNameOf, stateNameOf, suffixes } from './manifest.ts'
import { artifactFolder, listRemote } from './remote-checkpoints.ts'
import { findRunArtifacts, openFile, type RunArtifacts } from './run-artifacts.ts'

/** An engine that was killed is back in a second; a server that is down is not waited for. */
const pausesMs = [500, 1000, 2000, 4000, 8000]

let work: Promise<void> = Promise.resolve()
/** Paths of manifests that are no longer to be sent. */
const pruned = new Set<string>()

let isTidied = false

/** Makes the artifacts of the run, if it has any, like the folder: in the background, one after another. Never throws. */
export function uploadCheckpoint(folder: string, saved: Manifest, gone: readonly Manifest[], rule: KeepRule): void {
  const artifacts = findRunArtifacts(process.env)
  if (artifacts === undefined) return
  const pathOf = (manifest: Manifest) => join(folder, manifestNameOf(manifest))
  pruned.delete(pathOf(saved))
  for (const each of gone) pruned.add(pathOf(each))
  if (!isTidied) work = work.then(() => tryAgain(() => removeLeft(artifacts, folder, rule)))
  isTidied = true
  work = work.then(async () => {
    await tryAgain(async () => {
      if (pruned.has(pathOf(saved))) return
      await send(artifacts, folder, saved)
    })
    for (const each of gone.filter((each) => pruned.has(pathOf(each)))) await tryAgain(() => remove(artifacts, each))
  })
}

/** A process that was killed may have sent what it pruned a moment later. By the rule, for the best may be there alone. */
async function removeLeft(artifacts: RunArtifacts, folder: string, rule: KeepRule): Promise<void> {
  const remote = await listRemote(artifacts)
  const local = await listManifests(folder)
  const known = new Map([...remote, ...local].map((manifest) => [manifestNameOf(manifest), manifest]))
  const kept = new Set(chooseKept(sortByAge([...known.values()]), rule).map(manifestNameOf))
  for (const manifest of remote.filter((each) => !kept.has(manifestNameOf(each)))) await remove(artifacts, manifest)
  await removeHalves(artifacts)
}

/** States whose manifest is not there: the process was killed between sending, or removing, the one and the other. */
async function removeHalves(artifacts: RunArtifacts): Promise<void> {
  const names = new Set(await artifacts.listNames(artifactFolder))
  for (const name of names) {
    const [, stem, ending = ''] = /^(step-\d+-[0-9a-f]{8})(\.\w+)$/.exec(name) ?? []
    if (stateEndings.has(ending) && !names.has(`${stem}.json`)) await artifacts.remove(`${artifactFolder}/${name}`)
  }
}

const stateEndings: ReadonlySet<string> = new Set(Object.values(suffixes))

async function remove(artifacts: RunArtifacts, manifest: Manifest): Promise<void> {
  for (const name of [manifestNameOf(manifest), stateNameOf(manifest)])
    await artifacts.remove(`${artifactFolder}/${name}`)
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
