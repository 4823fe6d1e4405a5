import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { throwIfCancelled } from '../../protocol/errors.ts'
import type { Work } from '../work.ts'
import { namesData } from './tracked-out.ts'

/** What a walk through a work tree meets. */
export interface Found {
  readonly kind: 'pointer' | 'link' | 'store'
  /** From the root, with `/`. For a store: the folder that `.runwright` is in, empty for the root. */
  readonly path: string
}

/** What git and DVC keep for themselves, and folders of packages, which are large. */
const skipped = new Set(['.git', '.dvc', 'node_modules'])

/**
 * All files that name data (`.dvc` files and `dvc.lock`) and symbolic links below a folder, ignored or not, and the workspaces there that have a `.runwright`.
 * Links are not followed.
 *
 * @param root absolute
 */
export async function* walkWorkTree(root: string, work: Pick<Work, 'signal'>): AsyncGenerator<Found> {
  const folders = ['']
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    throwIfCancelled(work)
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isSymbolicLink()) yield { kind: 'link', path }
      else if (entry.isFile() && namesData(path)) yield { kind: 'pointer', path }
      else if (entry.isDirectory() && entry.name === '.runwright') yield { kind: 'store', path: folder }
      else if (entry.isDirectory() && !skipped.has(entry.name)) folders.push(path)
    }
  }
}
