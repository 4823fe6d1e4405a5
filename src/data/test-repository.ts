import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { OutStatus } from '../protocol/data-status.ts'
import { createTestRepository, type TestRepository } from '../git/test-repository.ts'
import { type AddedPath, addPaths } from './add.ts'
import { type CheckedOut, checkoutPaths } from './checkout.ts'
import { type Committed, commitPaths } from './commit.ts'
import { type DataRepository, openDataRepository } from './repository.ts'
import { readStatus } from './status.ts'
import type { Work } from './work.ts'

/** For tests: a repository of the real git with data, and the commands on it. */
export interface TestDataRepository extends TestRepository {
  open(): Promise<DataRepository>
  add(...paths: string[]): Promise<readonly AddedPath[]>
  commitData(...paths: string[]): Promise<Committed>
  checkout(options?: { readonly isForced: boolean }): Promise<readonly CheckedOut[]>
  status(): Promise<readonly OutStatus[]>
  /** Of a file, as text. */
  read(path: string): Promise<string>
}

/** For tests: work that nobody watches or cancels. */
export function quietWork(): Work {
  return { signal: new AbortController().signal, progress: () => undefined }
}

/** @param config of `.dvc/config` */
export async function createTestDataRepository(config = ''): Promise<TestDataRepository> {
  const repository = await createTestRepository()
  const { root } = repository
  await repository.write({ '.dvc/config': config, '.dvc/.gitignore': '/config.local\n/tmp\n/cache\n' })
  const open = () => openDataRepository(root)
  return {
    ...repository,
    open,
    add: async (...paths) => addPaths(await open(), paths, quietWork()),
    commitData: async (...paths) => commitPaths(await open(), paths.length === 0 ? undefined : paths, quietWork()),
    checkout: async ({ isForced } = { isForced: false }) =>
      checkoutPaths(await open(), { paths: undefined, isForced }, quietWork()),
    status: async () => readStatus(await open(), undefined, quietWork()),
    read: (path) => readFile(join(root, path), 'utf8'),
  }
}

/** For tests: a folder with all that is odd about names and files. */
export async function writeOddFolder(folder: string): Promise<void> {
  const files = {
    a: 'a',
    'sub dir/"quoted" é': 'b',
    'sub dir.txt': 'sorted before what is in the folder',
    'مجلد/ملف.csv': 'c',
    'new\nline': 'd',
    "it's": '',
    '#hash !bang [x]* ?': 'e',
    '.hidden': 'f',
    '😀': 'above all that is one unit',
    '\uffee': 'below it',
    'run.sh': '#!/bin/sh\n',
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  await chmod(join(folder, 'run.sh'), 0o755)
  await mkdir(join(folder, 'empty/inner'), { recursive: true })
  await symlink('a', join(folder, 'link'))
  await symlink('../a', join(folder, 'sub dir/up'))
  await symlink('sub dir', join(folder, 'linked folder'))
}
