import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { compareFiles, compareFolders, type CompareOptions, type FileToCompare } from './content-diff.ts'

const execute = promisify(execFile)

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-content-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const options: CompareOptions = { signal: new AbortController().signal, progress: () => undefined }

async function write(name: string, content: string | Uint8Array, place = name): Promise<FileToCompare> {
  const path = join(folder, place)
  await writeFile(path, content)
  return { name, path, sizeBytes: Buffer.byteLength(content) }
}

describe('what changed inside a file', () => {
  it('is nothing when both have one hash, and the hash may be known', async () => {
    const diff = await compareFiles(await write('a.txt', 'a\n', '1'), await write('a.txt', 'a\n', '2'), options)
    assert.deepEqual([diff.state, diff.content, diff.old?.hash], ['equal', undefined, diff.new?.hash])
    const nowhere = { name: 'a', path: join(folder, 'nowhere'), sizeBytes: 1, hash: 'a'.repeat(32) }
    assert.equal((await compareFiles(nowhere, nowhere, options)).state, 'equal')
  })

  it('of texts is a unified diff of bounded length', async () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`)
    const old = await write('a.txt', `${lines.join('\n')}\n`, '1')
    const now = await write('a.txt', `${lines.with(1, 'x').toSpliced(20, 1).join('\n')}\n${'y'.repeat(1000)}`, '2')
    const { content } = await compareFiles(old, now, options)
    assert.ok(content?.kind === 'text')
    assert.deepEqual([content.old?.lineCount, content.new?.lineCount], [30, 30])
    assert.deepEqual([content.lines?.added, content.lines?.removed], [2, 2])
    const [first, second, third] = content.lines?.hunks ?? []
    assert.deepEqual(first, {
      oldStart: 1,
      oldLines: 5,
      newStart: 1,
      newLines: 5,
      lines: [' line 0', '-line 1', '+x', ' line 2', ' line 3', ' line 4'],
    })
    assert.deepEqual([second?.oldStart, second?.oldLines, second?.newStart, second?.newLines], [18, 7, 18, 6])
    assert.deepEqual(third?.lines.at(-1), `+${'y'.repeat(400)}…`)
  })

  it('of texts that are long or have nothing in common is how many lines they have', async () => {
    const lines = (word: string) => Array.from({ length: 2000 }, (_, index) => `${word} ${index}\n`).join('')
    const other = await compareFiles(
      await write('a.txt', lines('a'), '1'),
      await write('a.txt', lines('b'), '2'),
      options,
    )
    assert.ok(other.content?.kind === 'text')
    assert.deepEqual([other.content.lines, other.content.new?.lineCount], [null, 2000])
    const long = await write('long.txt', Buffer.alloc(40 << 20, 'a'), '3')
    const diff = await compareFiles(await write('long.txt', 'a\n', '4'), long, options)
    assert.ok(diff.content?.kind === 'text')
    assert.deepEqual([diff.content.lines, diff.content.new?.lineCount], [null, 1])
    assert.match(diff.content.notes.join(), /more than 8 MiB/)
  })

  it('of images and sounds is in their headers', async () => {
    const gif = (width: number) => Buffer.from([...Buffer.from('GIF89a'), width, 0, 2, 0])
    const diff = await compareFiles(await write('a.gif', gif(1), '1'), await write('a.gif', gif(3), '2'), options)
    assert.deepEqual(diff.content, {
      kind: 'image',
      old: { format: 'gif', width: 1, height: 2 },
      new: { format: 'gif', width: 3, height: 2 },
    })
    const none = await compareFiles(undefined, await write('a.flac', 'no sound', '3'), options)
    assert.deepEqual(none.content, { kind: 'opaque', why: 'unreadable', reason: 'a.flac is no sound that is known.' })
    assert.equal(none.state, 'added')
  })

  it('of tables is compared across formats, and of other files that are of another kind now is not', async () => {
    const [csv, json] = [
      await write('a.csv', 'id,v\n1,a\n2,b\n', '1'),
      await write('a.jsonl', '{"id":1,"v":"b"}\n', '2'),
    ]
    const tables = await compareFiles(csv, json, options)
    assert.ok(tables.content?.kind === 'table', JSON.stringify(tables.content))
    assert.deepEqual(
      [tables.content.format, tables.content.rows?.changed, tables.content.rows?.removed],
      ['json-lines', 1, 1],
    )
    const { content } = await compareFiles(csv, await write('a.png', 'x', '3'), options)
    assert.ok(content?.kind === 'opaque' && content.why === 'unknown')
    assert.match(content.reason, /what was a file of kind table is a file of kind image now/)
  })

  it('of pickles is not looked at', async () => {
    for (const name of ['a.pkl', 'a.pt', 'a.pth', 'a.joblib', 'a.CKPT']) {
      const { content } = await compareFiles(await write(name, 'cos\nsystem', '1'), undefined, options)
      assert.ok(content?.kind === 'opaque' && content.why === 'unsafe')
    }
  })

  it('of what no one knows is its size and its hash', async () => {
    const { content } = await compareFiles(await write('a.bin', 'a', '1'), await write('a.bin', 'b', '2'), options)
    assert.ok(content?.kind === 'opaque' && content.why === 'unknown')
  })

  it('ends when it is cancelled', async () => {
    const file = await write('large.txt', '')
    await truncate(file.path, 2 ** 34)
    const cancel = new AbortController()
    const compared = compareFiles(file, undefined, { ...options, signal: cancel.signal })
    cancel.abort()
    await assert.rejects(compared, { code: 'CANCELLED' })
  })
})

describe('results in the cache', () => {
  it('are found by both hashes, and belong to a key and a kind', async () => {
    const cacheFolder = join(folder, 'cache', 'data-diff')
    const cached = { ...options, cacheFolder }
    const [old, now] = [await write('a.csv', 'id,v\n1,a\n', 'old'), await write('a.csv', 'id,v\n1,b\n', 'new')]
    const first = await compareFiles({ ...old, hash: '1' }, { ...now, hash: '2' }, cached)
    assert.ok(first.content?.kind === 'table')
    assert.equal((await readdir(cacheFolder)).length, 1)

    await rm(old.path)
    const [gone, still] = [
      { ...old, hash: '1' },
      { ...now, hash: '2' },
    ]
    assert.deepEqual((await compareFiles(gone, still, cached)).content, first.content)
    const isRead = (before: FileToCompare, after: FileToCompare, more: Partial<CompareOptions>) =>
      assert.rejects(compareFiles(before, after, { ...cached, ...more }), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await isRead(gone, still, { key: ['id'] })
    await isRead(gone, { ...still, hash: '3' }, {})
    await isRead({ ...gone, name: 'a.tsv' }, { ...still, name: 'a.tsv' }, {})
  })

  it('that came with a repository are not believed', async () => {
    const repository = join(folder, 'foreign')
    const cacheFolder = join(repository, 'cache', 'data-diff')
    await mkdir(join(repository, 'cache'), { recursive: true })
    const file = { ...(await write('a.csv', 'a\n1\n', 'one')), hash: '1' }
    const ask = () => compareFiles(undefined, file, { ...options, cacheFolder })
    await ask()
    await rm(file.path)
    await ask()
    await execute('git', ['init', '--quiet'], { cwd: repository })
    await execute('git', ['add', '--force', '.'], { cwd: repository })
    await assert.rejects(ask(), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })

  it('are bounded in number', async () => {
    const cacheFolder = join(folder, 'many', 'data-diff')
    await mkdir(cacheFolder, { recursive: true })
    for (let index = 0; index < 250; index++) await writeFile(join(cacheFolder, `${index}.json`), '{}')
    await compareFiles(
      undefined,
      { ...(await write('a.csv', 'a\n1\n', 'one')), hash: '1' },
      { ...options, cacheFolder },
    )
    assert.equal((await readdir(cacheFolder)).length, 200)
  })

  it('are not written through a link', async () => {
    const elsewhere = join(folder, 'elsewhere')
    await mkdir(elsewhere)
    await symlink(elsewhere, join(folder, 'linked'))
    const cacheFolder = join(folder, 'linked', 'data-diff')
    await compareFiles(
      undefined,
      { ...(await write('a.csv', 'a\n1\n', 'one')), hash: '1' },
      { ...options, cacheFolder },
    )
    assert.deepEqual(await readdir(elsewhere), [])
  })
})

describe('what changed in a folder', () => {
  it('is told with the inside of files that changed, and a key is for the tables that have it', async () => {
    const file = async (path: string, hash: string, text: string) => {
      const { path: absolutePath, sizeBytes } = await write(path, text, `in-${hash}`)
      return { path, hash, sizeBytes, absolutePath }
    }
    const old = [
      await file('a.csv', '1', 'id,v\n1,a\n2,a\n'),
      await file('b.csv', '2', 'x\n1\n'),
      await file('c.bin', '3', '1'),
    ]
    const now = [
      await file('a.csv', '4', 'id,v\n1,b\n2,a\n'),
      await file('b.csv', '5', 'x\n2\n'),
      await file('c.bin', '6', '2'),
    ]
    const seen: number[] = []
    const diff = await compareFolders(old, now, {
      ...options,
      key: ['id'],
      progress: ({ doneFiles }) => seen.push(doneFiles),
    })
    assert.deepEqual([diff.changed.count, diff.contents.map(({ path }) => path)], [3, ['a.csv']])
    const [content] = diff.contents.map(({ content }) => content)
    assert.ok(content?.kind === 'table' && content.rows?.changed === 1)
    assert.deepEqual(diff.notes, ['b.csv: There is no column "id" in both tables.'])
    assert.deepEqual(seen, [0, 1])
  })

  it('reads the manifest of a version without its files', async () => {
    const diff = await compareFolders(
      [{ path: 'a.csv', hash: '1', sizeBytes: 3 }],
      [{ path: 'a.csv', hash: '2', sizeBytes: 3 }],
      options,
    )
    assert.deepEqual([diff.state, diff.changed.count, diff.contents], ['changed', 1, []])
  })
})
