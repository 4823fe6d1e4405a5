import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** What a process and its threads are held to. */
export interface ProcessLimits {
  /** Of processor time in wall time: 0.5 is half of one core. */
  readonly cpus?: number
  /** Memory that the process takes from when it is in the group, the pages of files that it reads first included. */
  readonly memoryBytes?: number
}

/** A cgroup (version 2) of its own. Disposed of when its processes have ended. */
export interface ProcessGroup extends AsyncDisposable {
  /** Why there is none, as a sentence; undefined when there is one, or nothing was to be limited. */
  readonly refusal: string | undefined
  add(pid: number): Promise<void>
}

/**
 * Makes a group beside the one that this process is in, or beside one above it: where the controllers are switched on
 * already, since to switch them on would change the machine for others. So it needs a system with cgroup v2, and either
 * root or a part of the tree that was left to the user. Linux's documentation: Control Group v2, "Delegation".
 *
 * @param system where the tree is, and what tells the place of this process in it
 */
export async function openProcessGroup(
  { cpus, memoryBytes }: ProcessLimits,
  system = { tree: '/sys/fs/cgroup', self: '/proc/self/cgroup' },
): Promise<ProcessGroup> {
  const files = new Map<string, string>()
  if (cpus !== undefined) files.set('cpu.max', `${Math.round(cpus * periodUs)} ${periodUs}`)
  if (memoryBytes !== undefined) files.set('memory.max', String(Math.floor(memoryBytes)))
  if (files.size === 0) return withoutGroup(undefined)
  const own = await readFile(system.self, 'utf8').catch(() => '')
  const place = /^0::(\/.*)$/m.exec(own)?.[1]
  if (place === undefined) return withoutGroup('This system has no cgroup v2, so nothing was limited.')
  const reasons: string[] = []
  for (let parent = dirname(place); ; parent = dirname(parent)) {
    const folder = join(system.tree, parent, `runwright-${randomUUID()}`)
    try {
      await makeGroup(folder, files)
      return withGroup(folder)
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error))
    }
    if (parent === '/') break
  }
  const old = [...files.keys()].map((file) => file.split('.')[0] ?? '').filter((name) => isOfVersion1(own, name))
  if (old.length > 0) {
    return withoutGroup(`This system has ${old.join(' and ')} under cgroup v1, so nothing was limited.`)
  }
  return withoutGroup(`This machine does not allow a cgroup here, so nothing was limited (${reasons.at(0) ?? ''}).`)
}

const periodUs = 100_000

/** Whether a controller is in a tree of version 1: the one of version 2 cannot have it, too. @param own as in /proc/self/cgroup */
function isOfVersion1(own: string, controller: string): boolean {
  return own.split('\n').some((line) => line.split(':')[1]?.split(',').includes(controller) === true)
}

function withoutGroup(refusal: string | undefined): ProcessGroup {
  return { refusal, add: () => Promise.resolve(), [Symbol.asyncDispose]: () => Promise.resolve() }
}

function withGroup(folder: string): ProcessGroup {
  return {
    refusal: undefined,
    add: (pid) => writeFile(join(folder, 'cgroup.procs'), String(pid)),
    [Symbol.asyncDispose]: () => removeGroup(folder),
  }
}

async function makeGroup(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const enabled = (await readFile(join(dirname(folder), 'cgroup.subtree_control'), 'utf8')).trim().split(' ')
  const missing = [...files.keys()].map((file) => file.split('.')[0] ?? '').filter((name) => !enabled.includes(name))
  if (missing.length > 0) throw new Error(`the controllers ${missing.join(' and ')} are off in ${dirname(folder)}`)
  await mkdir(folder)
  try {
    for (const [file, text] of files) await writeFile(join(folder, file), text)
    // Else what is over the limit goes to the disk and no limit is seen. Without swap there is no such file.
    if (files.has('memory.max')) await writeFile(join(folder, 'memory.swap.max'), '0').catch(() => {})
  } catch (error) {
    await removeGroup(folder)
    throw error
  }
}

/** The system takes a moment to let go of a process that has ended. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 1; attempt <= 20; attempt++) {
    const failed = await rmdir(folder).then(
      () => false,
      () => true,
    )
    if (!failed) return
    await wait(10 * attempt)
  }
}
