export interface FolderEntry {
  readonly path: string
  readonly isDirectory: boolean
}

/**
 * The files of a folder and all below it, folder by folder, until there are `maxFiles`.
 *
 * @param list what one folder holds; undefined stands for the topmost
 */
export async function walkFolders<Entry extends FolderEntry>(
  list: (folder: string | undefined) => Promise<readonly Entry[]>,
  maxFiles: number,
): Promise<{ readonly files: readonly Entry[]; readonly isCut: boolean }> {
  const files: Entry[] = []
  const folders: (string | undefined)[] = [undefined]
  // The list grows while it is gone through.
  for (const folder of folders) {
    for (const entry of await list(folder)) {
      if (entry.isDirectory) folders.push(entry.path)
      else if (files.length < maxFiles) files.push(entry)
      else return { files, isCut: true }
    }
  }
  return { files, isCut: false }
}
