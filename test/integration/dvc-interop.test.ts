import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fetchData } from '../../src/data/fetch.ts'
import { movePath } from '../../src/data/move.ts'
import { pushData } from '../../src/data/push.ts'
import {
  createTestDataRepository,
  quietWork,
  type TestDataRepository,
  writeOddFolder,
} from '../../src/data/test-repository.ts'
import { runDvc } from './real-dvc.ts'

const upToDate = /Data and pipelines are up to date/

/** Names that `.gitignore`, YAML and JSON each write in ways of their own. */
const oddNames = [
  'one file #1!.csv',
  '!first',
  '#comment',
  'star*',
  'ques?tion',
  '[x]',
  'عربي.bin',
  "it's",
  'a: b',
  '123',
]

const withoutMeta = (text: string) => text.replaceAll(/ {2}meta:\n {4}runwright:\n {6}for: .*\n {6}sha256: .*\n/g, '')

async function createOddRepository(config?: string): Promise<TestDataRepository> {
  const repository = await createTestDataRepository(config)
  await writeOddFolder(join(repository.root, 'data'))
  for (const name of oddNames) await writeFile(join(repository.root, name), `text of ${name}`)
  await mkdir(join(repository.root, 'بيانات/inner folder'), { recursive: true })
  await writeFile(join(repository.root, 'بيانات/inner folder/x y'), 'x')
  return repository
}

const remoteBeside = `[core]\n    remote = store\n['remote "store"']\n    url = ../store\n`

const paths = ['data', ...oddNames, 'بيانات/inner folder']

async function readPointers(root: string): Promise<Record<string, string>> {
  const names = (await readdir(root, { recursive: true })).filter(
    (name) => !name.startsWith('.dvc') && !name.startsWith('.git/') && /\.dvc$|\.gitignore$/.test(name),
  )
  const texts = names.toSorted().map(async (name) => [name, await readFile(join(root, name), 'utf8')] as const)
  return Object.fromEntries(await Promise.all(texts))
}

/** Names, kinds, modes, targets of links and sizes. */
function listBelow(root: string, path: string): string {
  const list = execFileSync('find', [`./${path}`, '-printf', '%P %y %m %l %s\\n'], { cwd: root }).toString()
  return list.split('\n').toSorted().join('\n')
}

describe('the real DVC', () => {
  it('writes the same files for the same data, and finds ours clean', async () => {
    await using ours = await createOddRepository()
    await using theirs = await createOddRepository()
    await ours.add(...paths)
    await runDvc(theirs.root, 'add', '--quiet', ...paths)
    const [own, dvc] = [await readPointers(ours.root), await readPointers(theirs.root)]
    const plain = Object.entries(own).map(([name, text]) => [name, withoutMeta(text)])
    assert.deepEqual(Object.fromEntries(plain), dvc)
    assert.match(await runDvc(ours.root, 'status'), upToDate)
    const objects = (root: string) => listBelow(root, '.dvc/cache/files')
    assert.equal(objects(ours.root), objects(theirs.root))
    assert.equal(await ours.git('status', '--short', '--', 'data'), '')
  })

  it('checks out what we have added, and we what it has added, to the same files', async () => {
    await using ours = await createOddRepository()
    await using theirs = await createOddRepository()
    await ours.add(...paths)
    await runDvc(theirs.root, 'add', '--quiet', ...paths)
    for (const { root } of [ours, theirs]) for (const path of paths) await rm(join(root, path), { recursive: true })
    await theirs.checkout()
    await runDvc(ours.root, 'checkout', '--quiet')
    for (const path of paths) assert.equal(listBelow(theirs.root, path), listBelow(ours.root, path), path)
    assert.match(await runDvc(theirs.root, 'status'), upToDate)
    assert.ok((await theirs.status()).every(({ state, notInCache }) => state === 'clean' && notInCache.count === 0))
  })

  it('keeps our hashes when it adds again, and they count only while they are of what is there', async () => {
    await using repository = await createOddRepository()
    const [first] = await repository.add('data')
    await runDvc(repository.root, 'add', '--quiet', 'data')
    assert.match(await repository.read('data.dvc'), new RegExp(`sha256: ${first?.sha256}`))
    await repository.write({ 'data/a': 'changed' })
    await runDvc(repository.root, 'add', '--quiet', 'data')
    const stale = await repository.read('data.dvc')
    assert.match(stale, new RegExp(`sha256: ${first?.sha256}`))
    const [again] = await repository.add('data')
    assert.notEqual(again?.sha256, first?.sha256)
    assert.equal(withoutMeta(await repository.read('data.dvc')), withoutMeta(stale))
    assert.match(await runDvc(repository.root, 'status'), upToDate)
  })

  for (const type of ['hardlink', 'symlink']) {
    it(`finds data clean that we have made a ${type} of, and we what it has`, async () => {
      await using repository = await createOddRepository(`[cache]\n    type = ${type}\n`)
      await repository.add('data')
      assert.match(await runDvc(repository.root, 'status'), upToDate)
      await rm(join(repository.root, 'data'), { recursive: true })
      await runDvc(repository.root, 'checkout', '--quiet')
      assert.equal((await repository.status())[0]?.state, 'clean')
      await repository.write({ 'data/new': 'n' })
      await runDvc(repository.root, 'add', '--quiet', 'data')
      assert.equal((await repository.status())[0]?.state, 'clean')
    })
  }

  it('leaves out the same files of a folder by .dvcignore', async () => {
    const rules = '# comment\n*.tmp\n!keep.tmp\n/data/cache/\nlogs/**/*.log\n  spaced.txt  \n'
    const files = ['a.tmp', 'keep.tmp', 'cache/x', 'sub/cache/y', 'logs/1.log', 'logs/deep/2.log', 'spaced.txt', 'b']
    await using ours = await createTestDataRepository()
    await using theirs = await createTestDataRepository()
    for (const { write } of [ours, theirs]) {
      await write({ '.dvcignore': rules, ...Object.fromEntries(files.map((name) => [`data/${name}`, name])) })
    }
    await ours.add('data')
    await runDvc(theirs.root, 'add', '--quiet', 'data')
    assert.equal(withoutMeta(await ours.read('data.dvc')), await theirs.read('data.dvc'))
  })

  it('opens a copy of a repository that only it has used', async () => {
    await using first = await createOddRepository()
    await runDvc(first.root, 'add', '--quiet', 'data')
    await using second = await createTestDataRepository()
    await cp(join(first.root, '.dvc/cache'), join(second.root, '.dvc/cache'), { recursive: true })
    await second.write({ 'data.dvc': await first.read('data.dvc') })
    await second.checkout()
    assert.equal((await second.status())[0]?.state, 'clean')
    assert.match(await runDvc(second.root, 'status'), upToDate)
  })

  it('reads and rewrites a .dvc file with a wdir alike, and moves and pulls its data', async () => {
    await using ours = await createTestDataRepository(remoteBeside)
    await using theirs = await createTestDataRepository(remoteBeside)
    for (const { root, write } of [ours, theirs]) {
      await write({ 'raw/one set/a': 'one', 'raw/one set/b': 'two' })
      await runDvc(root, 'add', '--quiet', 'raw/one set')
      const text = await readFile(join(root, 'raw/one set.dvc'), 'utf8')
      await rm(join(root, 'raw/one set.dvc'))
      await write({ 'meta/one set.dvc': `# by hand\nwdir: ../raw\n${text}`, 'raw/one set/a': 'changed' })
    }
    assert.deepEqual((await ours.status())[0]?.changed.paths, ['raw/one set/a'])
    await ours.add('raw/one set')
    await runDvc(theirs.root, 'add', '--quiet', 'raw/one set')
    const plain = async (root: string) =>
      Object.entries(await readPointers(root)).map(([name, text]) => [name, withoutMeta(text)])
    assert.deepEqual(await plain(ours.root), await plain(theirs.root))
    assert.match(await runDvc(ours.root, 'status'), upToDate)

    await pushData(await ours.open(), { paths: undefined, remote: undefined, env: process.env }, quietWork())
    for (const gone of ['raw', '.dvc/cache', '.dvc/tmp']) await rm(join(ours.root, gone), { recursive: true })
    await runDvc(ours.root, 'pull', '--quiet')
    assert.equal(await ours.read('raw/one set/a'), 'changed')
    assert.deepEqual(
      (await ours.status()).map(({ path, state }) => [path, state]),
      [['raw/one set', 'clean']],
    )

    await movePath(await ours.open(), 'raw/one set', 'kept', quietWork(), process.env)
    await runDvc(theirs.root, 'move', 'raw/one set', 'kept')
    const withoutComment = (await plain(ours.root)).map(([name, text]) => [name, text?.replace('# by hand\n', '')])
    assert.deepEqual(withoutComment, await plain(theirs.root))
  })

  const isLong = process.env['RUNWRIGHT_LONG_TESTS'] !== undefined
  const whyNot = isLong ? false : 'it takes minutes: set RUNWRIGHT_LONG_TESTS=1'
  it(
    'agrees on 50,000 files, and brings those that we have pushed, as we do with its',
    { skip: whyNot },
    async (test) => {
      await using ours = await createTestDataRepository(remoteBeside)
      await using theirs = await createTestDataRepository(remoteBeside)
      const timed = async <Result>(name: string, act: Promise<Result>): Promise<Result> => {
        const start = performance.now()
        const result = await act
        test.diagnostic(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
        return result
      }
      for (const repository of [ours, theirs]) await writeManyFiles(repository)
      const before = readContents(ours.root)
      assert.equal(before.split('\n').length, manyFiles + 3)

      await timed('runwright add', ours.add('data'))
      await timed('dvc add', runDvc(theirs.root, 'add', '--quiet', 'data'))
      assert.equal(withoutMeta(await ours.read('data.dvc')), await theirs.read('data.dvc'))
      assert.match(await timed('dvc status of what runwright added', runDvc(ours.root, 'status')), upToDate)
      const [seen] = await timed('runwright status of what dvc added', theirs.status())
      assert.deepEqual([seen?.state, seen?.notInCache.count], ['clean', 0])

      const choice = { paths: undefined, remote: undefined, env: process.env }
      await timed('runwright push', pushData(await ours.open(), choice, quietWork()))
      await forget(ours)
      await timed('dvc pull of it', runDvc(ours.root, 'pull', '--quiet'))
      assert.equal(readContents(ours.root), before)
      assert.match(await runDvc(ours.root, 'status'), upToDate)

      await timed('dvc push', runDvc(theirs.root, 'push', '--quiet'))
      await forget(theirs)
      const { failures } = await timed('runwright fetch of it', fetchData(await theirs.open(), choice, quietWork()))
      assert.deepEqual(failures, [])
      await timed('runwright checkout', theirs.checkout())
      assert.equal(readContents(theirs.root), before)
      assert.match(await runDvc(theirs.root, 'status'), upToDate)
      assert.equal((await theirs.status())[0]?.state, 'clean')
    },
  )
})

const manyFiles = 50_000

/** Beside them what a list of DVC has no word for: an empty folder, and links, which it has the files of. */
async function writeManyFiles({ root, write }: TestDataRepository): Promise<void> {
  const name = (index: number) => `data/مجلد ${index % 100}/"${index}" it's.txt`
  await write(Object.fromEntries(Array.from({ length: manyFiles }, (_, index) => [name(index), `file ${index}`])))
  await mkdir(join(root, 'data/empty/inner'), { recursive: true })
  await symlink('مجلد 0', join(root, 'data/linked folder'))
  for (const link of ['a link', 'رابط']) await symlink(`مجلد 0/"0" it's.txt`, join(root, 'data', link))
}

/** Names of files and what is in them; DVC has files in place of links, and passes over those to folders. */
function readContents(root: string): string {
  const words = [
    '-L',
    'data',
    '-path',
    'data/linked folder',
    '-prune',
    '-o',
    '-type',
    'f',
    '-exec',
    'md5sum',
    '{}',
    '+',
  ]
  const list = execFileSync('find', words, { cwd: root, maxBuffer: 64 << 20 }).toString()
  return list.split('\n').toSorted().join('\n')
}

/** As after a fresh clone. */
async function forget({ root }: TestDataRepository): Promise<void> {
  for (const path of ['.dvc/cache', '.dvc/tmp', 'data']) await rm(join(root, path), { recursive: true })
}
