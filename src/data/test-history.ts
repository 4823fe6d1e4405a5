import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { createTestRepository, type TestRepository } from '../git/test-repository.ts'
import { formatDirObject } from './dir-object.ts'
import { type DataHash, parseDataHash, parseMd5, parseSha256, type Sha256 } from './hash.ts'
import { initRepository } from './init.ts'
import { formatManifest, type ManifestFile } from './manifest.ts'
import { dataKey, manifestKey, type ObjectKey } from './object-key.ts'
import { formatPointer } from './pointer.ts'
import { type DataRepository, openDataRepository } from './repository.ts'
import { quietWork } from './test-repository.ts'

/** For tests: a git repository whose versions of data are put there without what stores them, so that they may be anything. */
export interface TestHistory extends TestRepository {
  readonly data: DataRepository
  /** Puts a file, or a folder of files, into the cache, and writes its `.dvc` file. The data itself is not written. */
  put(path: string, content: string | Readonly<Record<string, string>>): Promise<DataHash>
  /** Keys of all that is in the cache, sorted. */
  objects(): Promise<readonly string[]>
}

export const testWork = quietWork()

export async function createTestHistory(): Promise<TestHistory> {
  const repository = await createTestRepository()
  await initRepository({ folder: repository.root, env: process.env, isWithoutGit: false, isSubfolder: false })
  const data = await openDataRepository(repository.root)
  return {
    ...repository,
    data,
    async put(path, content) {
      const out = typeof content === 'string' ? await putFile(data, content) : await putFolder(data, content)
      const pointer = formatPointer([{ ...out, path: posix.basename(path) }])
      await repository.write({ [`${path}.dvc`]: pointer })
      return out.hash
    },
    async objects() {
      const names = await readdir(data.cacheFolder, { recursive: true, withFileTypes: true }).catch(() => [])
      const files = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
      return files.map((file) => file.slice(data.cacheFolder.length + 1)).toSorted()
    },
  }
}

async function putFile(data: DataRepository, content: string) {
  const hash = md5Of(content)
  await store(data, dataKey(hash), content)
  return { hash, sizeBytes: Buffer.byteLength(content), fileCount: undefined, sha256: sha256Of(content) }
}

async function putFolder(data: DataRepository, files: Readonly<Record<string, string>>) {
  const entries: ManifestFile[] = []
  for (const [path, content] of Object.entries(files)) {
    const { hash, sizeBytes, sha256 } = await putFile(data, content)
    entries.push({ kind: 'file', path, sizeBytes, sha256, md5: hash, isExecutable: false })
  }
  const list = formatDirObject(entries.map(({ path, md5 }) => ({ relpath: path, md5 })))
  const hash = parseDataHash(`${md5Of(list)}.dir`)
  if (hash === undefined) throw new Error('A hash that is none.')
  const manifest = formatManifest({ entries })
  const sha256 = sha256Of(manifest)
  await store(data, dataKey(hash), list)
  await store(data, manifestKey(sha256), manifest)
  return { hash, sizeBytes: entries.reduce((sum, each) => sum + each.sizeBytes, 0), fileCount: entries.length, sha256 }
}

async function store({ cacheFolder }: DataRepository, key: ObjectKey, content: string): Promise<void> {
  const path = join(cacheFolder, key)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, content)
}

export function md5Of(content: string | Uint8Array) {
  const hash = parseMd5(createHash('md5').update(content).digest('hex'))
  if (hash === undefined) throw new Error('A hash that is none.')
  return hash
}

export function sha256Of(content: string | Uint8Array): Sha256 {
  const hash = parseSha256(createHash('sha256').update(content).digest('hex'))
  if (hash === undefined) throw new Error('A hash that is none.')
  return hash
}
