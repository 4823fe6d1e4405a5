import { createHash } from 'node:crypto'
import { formatDirEntry } from '../dir-object.ts'
import { parseMd5 } from '../hash.ts'

/** The hash that DVC would give a folder, file by file in the order of their paths. */
export function createListHash() {
  const hash = createHash('md5').update('[')
  let isFirst = true
  return {
    add(path: string, md5OfFile: string) {
      const md5 = parseMd5(md5OfFile)
      if (md5 !== undefined) hash.update((isFirst ? '' : ', ') + formatDirEntry({ md5, relpath: path }))
      isFirst = false
    },
    digest: () => `${hash.update(']').digest('hex')}.dir`,
  }
}
