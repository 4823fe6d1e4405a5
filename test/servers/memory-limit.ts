import { randomUUID } from 'node:crypto'
import { access, constants, mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openProcessGroup } from '../../src/onnx/runtime/process-group.ts'
import { until } from '../until.ts'

/** Holds processes to an amount of memory: the system kills what takes more. Disposed of when they have ended. */
export interface MemoryLimit extends AsyncDisposable {
  add(pid: number): Promise<void>
}

/** Undefined where this machine allows none. It counts what is taken once a process is in it. */
export async function openMemoryLimit(sizeBytes: number): Promise<MemoryLimit | undefined> {
  const group = await openProcessGroup({ memoryBytes: sizeBytes })
  if (group.refusal === undefined) return group
  const own = await readFile('/proc/self/cgroup', 'utf8').catch(() => '')
  const place = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(own)?.[1]
  const parent = place === undefined ? undefined : await findWritable(join('/sys/fs/cgroup/memory', place))
  if (parent === undefined) return undefined
  const folder = join(parent, `runwright-${randomUUID()}`)
  await mkdir(folder)
  await writeFile(join(folder, 'memory.limit_in_bytes'), String(sizeBytes))
  // Without it what is too much is swapped, where there is swap.
  await writeFile(join(folder, 'memory.memsw.limit_in_bytes'), String(sizeBytes)).catch(() => undefined)
  return {
    add: (pid) => writeFile(join(folder, 'cgroup.procs'), String(pid)),
    // One that was killed is in it until it was waited for.
    [Symbol.asyncDispose]: () => until(() => rmdir(folder).then(...isDone), 60_000),
  }
}

const isDone = [() => true, () => false] as const

/** A container may see its own group as the root of the tree. */
async function findWritable(folder: string): Promise<string | undefined> {
  if (!folder.startsWith('/sys/fs/cgroup/memory')) return undefined
  const isWritable = await access(join(folder, 'memory.limit_in_bytes'), constants.W_OK).then(
    () => access(folder, constants.W_OK).then(() => true),
    () => false,
  )
  return isWritable ? folder : findWritable(dirname(folder))
}
