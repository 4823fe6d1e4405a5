import type { ArtifactOwner } from './import-target.ts'
import { type ImportWork, throwIfCancelled } from './import-work.ts'
import type { SourceFile } from './run-source.ts'

/**
 * Brings artifacts, but for those of which as many bytes are here already. One that cannot be brought is noted.
 *
 * @param what whose they are, for people
 */
export async function bringFiles(
  what: string,
  owner: ArtifactOwner,
  files: AsyncIterable<SourceFile>,
  work: ImportWork,
): Promise<void> {
  const sizes = createSizes(owner, work)
  try {
    for await (const file of files) {
      throwIfCancelled(work.signal)
      try {
        if ((await sizes.find(file.path)) === file.sizeBytes) continue
        await work.target.store(owner, file.path, () => file.open())
        work.add({ artifacts: 1, artifactBytes: file.sizeBytes })
      } catch (error) {
        work.fail(`artifact ${file.path} of ${what}`, error)
      }
    }
  } catch (error) {
    work.fail(`artifacts of ${what}`, error)
  }
}

/** What is here, a folder at a time: files come folder by folder. */
function createSizes(owner: ArtifactOwner, { target }: ImportWork) {
  let known: { folder: string; sizes: ReadonlyMap<string, number | undefined> } | undefined
  return {
    async find(path: string): Promise<number | undefined> {
      const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
      if (known?.folder !== folder) {
        const entries = await target.list(owner, folder)
        known = { folder, sizes: new Map(entries.map((entry) => [entry.path, entry.sizeBytes])) }
      }
      return known.sizes.get(path.slice(path.lastIndexOf('/') + 1))
    },
  }
}
