import { createHash } from 'node:crypto'
import { basename } from 'node:path'

/** Where a target keeps the code of a repository: one that people recognise, and that no other has. */
export function nameRepository(root: string, host: string): string {
  const words = basename(root)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
  const hash = createHash('sha256').update(`${host}\0${root}`).digest('hex').slice(0, 12)
  return `${words.slice(0, 40)}${words === '' ? '' : '-'}${hash}`
}
