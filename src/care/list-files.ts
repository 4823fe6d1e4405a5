import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { stagingName } from '../tracking/artifacts.ts'

/**
 * The regular files below a folder of artifacts, by the components of their paths, as the system has them in order.
 * Uploads that are not complete, links and what is deleted meanwhile are left out; nothing for a folder that is not there.
 */
export async function* listFiles(folder: string, path: readonly string[] = []): AsyncGenerator<readonly string[]> {
  const opened = await opendir(join(folder, ...path)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (opened === undefined) return
  for await (const entry of opened) {
    const below = [...path, entry.name]
    if (entry.isDirectory()) {
      if (path.length > 0 || entry.name !== stagingName) yield* listFiles(folder, below)
    } else if (entry.isFile()) yield below
  }
}
