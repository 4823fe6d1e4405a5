import type { ArtifactEntry } from '../../protocol/runs.ts'
import type { SourceFile } from '../run-source.ts'

/** The files below a place, folder by folder. @param list what one folder holds; undefined stands for the topmost */
export async function* walkArtifacts(
  list: (folder: string | undefined) => Promise<readonly ArtifactEntry[]>,
  open: (path: string) => Promise<ReadableStream<Uint8Array>>,
): AsyncGenerator<SourceFile> {
  const folders: (string | undefined)[] = [undefined]
  // The list grows while it is gone through.
  for (const folder of folders) {
    for (const { path, isDirectory, sizeBytes } of await list(folder)) {
      if (isDirectory) folders.push(path)
      else yield { path, sizeBytes: sizeBytes ?? 0, open: () => open(path) }
    }
  }
}
