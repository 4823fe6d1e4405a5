import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

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

/** The text of every file below a folder, with its name before it. */
export async function readTree(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(files.map(async (file) => `${file}\n${await readFile(file, 'latin1')}`))
  return texts.join('\n')
}
