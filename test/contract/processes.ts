import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getSystemErrorCode } from '../../src/tracking/artifact-error.ts'

interface LivingProcess {
  readonly pid: number
  readonly parent: number
  /** Its command line, as `ps` would show it. */
  readonly line: string
}

/** This machine's processes that live; what the system itself runs has no command line and is left out. */
export async function listProcesses(): Promise<LivingProcess[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (id: string, file: string) => readFile(`/proc/${id}/${file}`, 'utf8').catch(() => '')
  const all = ids.map(async (id) => {
    const line = (await read(id, 'cmdline')).replaceAll('\0', ' ').trim()
    const stat = await read(id, 'stat')
    return { pid: Number(id), parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]), line }
  })
  return (await Promise.all(all)).filter(({ line }) => line !== '')
}

/** Their command lines. */
export async function listCommandLines(): Promise<string[]> {
  return (await listProcesses()).map(({ line }) => line)
}

/**
 * The text of every file below a folder, with its name before it.
 *
 * What is taken away meanwhile is left out: servers write anew beside the old, and clear up after a job, while all is
 * read.
 */
export async function readTree(folder: string): Promise<string> {
  const unlessGone = (error: unknown): never[] => {
    if (getSystemErrorCode(error) === 'ENOENT') return []
    throw error
  }
  const entries = await readdir(folder, { withFileTypes: true }).catch(unlessGone)
  const texts = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return readTree(path)
    if (!entry.isFile()) return []
    return [path, await readFile(path, 'latin1').catch(unlessGone)].flat().join('\n')
  })
  return (await Promise.all(texts)).flat().join('\n')
}
