import assert from 'node:assert/strict'
import { appendFile, chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { RunwrightError } from '../protocol/errors.ts'
import { exportChunked } from './export-chunked.ts'
import { fetchData } from './fetch.ts'
import { parseDataHash } from './hash.ts'
import { listVersions, type VersionRange } from './list-versions.ts'
import { dataKey } from './object-key.ts'
import { pushData } from './push.ts'
import { createTestDataRepository, quietWork, type TestDataRepository, writeOddFolder } from './test-repository.ts'

const config = `[core]\n    remote = store\n['remote "store"']\n    url = ../store\n['remote "other"']\n    url = ../other\n`

const push = async (repository: TestDataRepository, remote?: string, ...paths: string[]) =>
  pushData(await repository.open(), { paths: paths.length === 0 ? undefined : paths, remote, env: {} }, quietWork())
const fetch = async (repository: TestDataRepository, remote?: string) =>
  fetchData(await repository.open(), { paths: undefined, remote, env: {} }, quietWork())

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile())
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).toSorted()
}

async function createOddRepository(): Promise<TestDataRepository> {
  const repository = await createTestDataRepository(config)
  await writeOddFolder(join(repository.root, 'data'))
  await repository.write({ 'model.bin': 'weights' })
  await repository.add('data', 'model.bin')
  return repository
}

/** Takes the cache away, and all that is known of it, as in a fresh clone. */
const forget = async ({ root }: TestDataRepository) => {
  await rm(join(root, '.dvc/cache'), { recursive: true })
  await rm(join(root, '.dvc/tmp'), { recursive: true })
}

describe('pushing and fetching', () => {
  it('bring the same cache to another place, manifests included', async () => {
    await using repository = await createOddRepository()
    const { root } = repository
    const pushed = await push(repository)
    const objects = await listFiles(join(root, '.dvc/cache'))
    assert.deepEqual(await listFiles(join(root, 'store')), objects)
    assert.equal(pushed.movedCount, objects.length)
    assert.equal(objects.filter((name) => name.startsWith('runwright/manifest/')).length, 1)

    await forget(repository)
    await rm(join(root, 'data'), { recursive: true })
    const fetched = await fetch(repository)
    assert.deepEqual([fetched.movedCount, fetched.failures], [objects.length, []])
    assert.deepEqual(await listFiles(join(root, '.dvc/cache')), objects)
    await repository.checkout()
    assert.equal(await repository.read('data/مجلد/ملف.csv'), 'c')
    assert.equal((await stat(join(root, 'data/run.sh'))).mode & 0o111, 0o111)
  })

  it('move nothing twice', async () => {
    await using repository = await createOddRepository()
    await push(repository)
    assert.equal((await push(repository)).movedCount, 0)
    assert.equal((await fetch(repository)).movedCount, 0)
    await repository.write({ 'data/a': 'another' })
    await repository.commitData()
    // The file, the list, the manifest.
    assert.equal((await push(repository)).movedCount, 3)
  })

  it('take the paths that are named, and the remote that is named or that an out has', async () => {
    await using repository = await createOddRepository()
    await push(repository, 'other', 'model.bin')
    assert.equal((await listFiles(join(repository.root, 'other'))).length, 1)
    const text = await repository.read('model.bin.dvc')
    await repository.write({ 'model.bin.dvc': text.replace('  path:', '  remote: other\n  path:') })
    await rm(join(repository.root, 'other'), { recursive: true })
    await push(repository)
    assert.equal((await listFiles(join(repository.root, 'other'))).length, 1)
    await assert.rejects(() => push(repository, 'nowhere'), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('store no byte that is not what its name says, name the object, and bring the others', async () => {
    await using repository = await createOddRepository()
    const { root } = repository
    await push(repository)
    const [model] = (await repository.status()).map(({ path }) => path).filter((path) => path === 'model.bin')
    assert.equal(model, 'model.bin')
    const hash = parseDataHash(/md5: (\w+)/.exec(await repository.read('model.bin.dvc'))?.[1] ?? '')
    assert.ok(hash !== undefined)
    const object = join(root, 'store', dataKey(hash))
    await chmod(object, 0o644)
    await writeFile(object, 'weightz')
    await forget(repository)
    const { failures, movedCount } = await fetch(repository)
    assert.deepEqual(
      failures.map(({ path, error }) => [path, error.code]),
      [['model.bin', 'STORAGE_DAMAGED']],
    )
    assert.ok(movedCount > 10)
    await assert.rejects(() => readFile(join(root, '.dvc/cache', dataKey(hash))), { code: 'ENOENT' })
  })

  it('catch by SHA-256 what has the md5 of another', async () => {
    await using repository = await createOddRepository()
    await push(repository)
    const text = await repository.read('model.bin.dvc')
    await repository.write({ 'model.bin.dvc': text.replace(/sha256: \w+/, `sha256: ${'ab'.repeat(32)}`) })
    await forget(repository)
    const { failures } = await fetch(repository)
    assert.deepEqual(
      failures.map(({ path, error }) => [path, error.code]),
      [['model.bin', 'STORAGE_DAMAGED']],
    )
  })

  it('send the list of a folder only once all of its files are there', async () => {
    await using repository = await createOddRepository()
    const { root } = repository
    const objects = await listFiles(join(root, '.dvc/cache/files/md5'))
    const list = objects.find((name) => name.endsWith('.dir'))
    const one = objects.find((name) => name.startsWith('0c/'))
    assert.ok(list !== undefined && one !== undefined)
    await rm(join(root, '.dvc/cache/files/md5', one))
    const { failures } = await push(repository)
    assert.deepEqual(
      failures.map(({ path, error }) => [path, error.code]),
      [['data/a', 'RESOURCE_DOES_NOT_EXIST']],
    )
    assert.equal((await listFiles(join(root, 'store/files/md5'))).includes(list), false)
  })

  it('send again what was cut off there by another program', async () => {
    await using repository = await createOddRepository()
    const { root } = repository
    await push(repository)
    const [name = ''] = (await listFiles(join(root, 'store/files/md5'))).filter((each) => each.endsWith('.dir'))
    const object = join(root, 'store/files/md5', name)
    await chmod(object, 0o644)
    await appendFile(object, 'more')
    assert.equal((await push(repository)).movedCount, 1)
    assert.deepEqual(await readFile(object), await readFile(join(root, '.dvc/cache/files/md5', name)))
  })

  it('end soon after they are cancelled, and go on later', async () => {
    await using repository = await createOddRepository()
    const controller = new AbortController()
    const work = { signal: controller.signal, progress: () => controller.abort() }
    const choice = { paths: undefined, remote: undefined, env: {} }
    await assert.rejects(
      async () => pushData(await repository.open(), choice, work),
      (error) => error instanceof RunwrightError && error.code === 'CANCELLED',
    )
    assert.deepEqual((await push(repository)).failures, [])
  })

  it('take the versions of branches, tags and all commits when they are asked to', async () => {
    await using repository = await createOddRepository()
    const { root } = repository
    await repository.commit()
    await repository.git('tag', 'old')
    for (const text of ['second', 'third']) {
      await repository.write({ 'model.bin': text })
      await repository.commitData()
      await repository.commit()
    }
    const pushed = async (...ranges: VersionRange[]) => {
      const open = await repository.open()
      const others = await listVersions(open, ranges, process.env, quietWork())
      await pushData(open, { paths: ['model.bin'], remote: undefined, others, env: {} }, quietWork())
      const texts = (await listFiles(join(root, 'store/files'))).map((name) =>
        readFile(join(root, 'store/files', name)),
      )
      const models = (await Promise.all(texts)).map(String).filter((text) => /^(weights|second|third)$/.test(text))
      return models.toSorted()
    }
    assert.deepEqual(await pushed(), ['third'])
    assert.deepEqual(await pushed('branches'), ['third'])
    assert.deepEqual(await pushed('branches', 'tags'), ['third', 'weights'])
    assert.deepEqual(await pushed('commits'), ['second', 'third', 'weights'])
  })

  it('say what to do where there is no remote', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'model.bin': 'weights' })
    await repository.add('model.bin')
    await assert.rejects(() => push(repository), { code: 'RESOURCE_DOES_NOT_EXIST', message: /No remote is named/ })
  })
})

describe('a remote of chunks', () => {
  it('is pushed to and fetched from, and becomes a plain one that has all of it', async () => {
    const chunked = `['remote "store"']\n    url = "../store#chunked"\n`
    await using repository = await createTestDataRepository(chunked)
    const { root } = repository
    await repository.write({ 'data/large': Buffer.alloc(5_000_000, 'runwright '), 'data/small': 'small' })
    await repository.add('data')
    const objects = await listFiles(join(root, '.dvc/cache'))
    await push(repository)
    assert.equal((await push(repository)).movedCount, 0)
    await forget(repository)
    assert.deepEqual((await fetch(repository)).failures, [])
    assert.deepEqual(await listFiles(join(root, '.dvc/cache')), objects)

    const { failures, movedCount } = await exportChunked(await repository.open(), undefined, {}, quietWork())
    assert.deepEqual([failures, movedCount], [[], 1])
    assert.equal(await repository.read('.dvc/config'), `['remote "store"']\n    url = ../store\n`)
    assert.deepEqual(await listFiles(join(root, 'store')), objects)
    await forget(repository)
    await fetch(repository)
    assert.deepEqual(await listFiles(join(root, '.dvc/cache')), objects)
  })
})
