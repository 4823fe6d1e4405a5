import { open, rmdir, writeFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { dataFiles, dataFolderName } from '../../protocol/data-folder.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isThere } from '../../git/is-there.ts'
import type { ComputeTarget, JobHandle } from '../target.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { keyOf } from './attempt-key.ts'
import { checkLocalJob } from './local-check.ts'
import { claimFolder, listLiving, loadCgroup, loadFolderState, removeFolder, toStatus } from './local-folder.ts'
import { endProcesses } from './local-processes.ts'
import { type LocalStartParts, startLocalAttempt } from './local-start.ts'
import { watchLocalFolders } from './local-watch.ts'

export interface LocalTargetOptions extends LocalStartParts {
  /** Absolute path. Attempts have their folders in its data folder. */
  readonly workspace: string
}

/** How long after SIGTERM what is left of a command whose wrapper is dead gets SIGKILL. */
const killMs = 10_000

/**
 * This machine. Each attempt is a wrapper process of its own, in a session of its own: it needs no engine, and the next
 * engine finds it by its folder.
 */
export function openLocalTarget(options: LocalTargetOptions): ComputeTarget {
  const root = join(options.workspace, dataFolderName, dataFiles.jobs)
  const folderOf = (handle: JobHandle) => join(root, keyOf(handle))

  async function loadStatus(handle: JobHandle) {
    const folder = folderOf(handle)
    const state = await loadFolderState(folder)
    // Whatever has not begun by now never will: `gone` is for good.
    if (state.kind === 'unclaimed') {
      return toStatus((await claimFolder(folder)) ? state : await loadFolderState(folder))
    }
    // Both processes that stood by the command are dead; nobody would ever end it or tell of its end.
    if (state.kind === 'abandoned') await endProcesses(handle, await listGroup(folder), 0)
    return toStatus(state)
  }

  return {
    kind: 'local',
    pollMs: 0,
    async capacity() {
      const gpus = await options.listGpus()
      return { cpus: availableParallelism(), memoryBytes: totalmem(), gpus: gpus.length }
    },
    check: (spec) => checkLocalJob(spec, options),
    async submit(attempt) {
      await startLocalAttempt(attempt, folderOf(attempt.key), options)
      return attempt.key
    },
    find: async (key) => ((await isThere(join(folderOf(key), jobFiles.claim))) ? key : undefined),
    status: (handles) => Promise.all(handles.map(loadStatus)),
    readLog: async (handle, offset, maxBytes) => readPart(join(folderOf(handle), jobFiles.log), offset, maxBytes),
    async requestCheckpoint(handle) {
      const { owner } = await listLiving(folderOf(handle))
      if (owner !== undefined) send(owner.pid, 'SIGUSR1')
    },
    cancel: async (handle) => cancel(handle, folderOf(handle)),
    forget: async (handle) => forget(handle, folderOf(handle)),
    watch: (changed) => watchLocalFolders(root, changed),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

async function cancel(key: JobHandle, folder: string): Promise<void> {
  if (!(await isThere(folder)) || (await isThere(join(folder, jobFiles.exit)))) return
  await writeFile(join(folder, jobFiles.cancel), '')
  const { owner, parent, group } = await listLiving(folder)
  if (owner !== undefined) send(owner.pid, 'SIGTERM')
  // The parent tells of the end; the one that would bring it about is dead.
  else if (parent !== undefined) await endProcesses(key, group, killMs)
}

async function forget(key: JobHandle, folder: string): Promise<void> {
  const { owner, parent } = await listLiving(folder)
  if ((owner ?? parent) !== undefined && !(await isThere(join(folder, jobFiles.exit)))) {
    throw new RunwrightError('INVALID_STATE', `The attempt ${key} still runs.`, { hint: 'Cancel it first.' })
  }
  const cgroup = await loadCgroup(folder)
  await removeFolder(folder)
  if (cgroup !== undefined) await rmdir(cgroup).catch(() => undefined)
}

async function listGroup(folder: string): Promise<number | undefined> {
  return (await listLiving(folder)).group
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended just now.
  }
}

async function readPart(file: string, offset: number, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(file).catch(() => undefined)
  // It has printed nothing yet.
  if (handle === undefined) return new Uint8Array()
  await using part = handle
  const { size } = await part.stat()
  const length = Math.max(0, Math.min(maxBytes, size - offset))
  const { bytesRead, buffer } = await part.read(Buffer.alloc(length), 0, length, offset)
  return buffer.subarray(0, bytesRead)
}
