import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createTestDataRepository, type TestDataRepository } from '../../src/data/test-repository.ts'
import { runCli } from './run-cli.ts'
import { runDvc } from './real-dvc.ts'

const withoutMeta = (text: string) => text.replaceAll(/ {2}meta:\n {4}runwright:\n {6}for: .*\n {6}sha256: .*\n/g, '')

describe('importing data', () => {
  let web: Server
  let url: string
  let body = 'a,b\n1,2\n'
  let breaks = 0
  let source: TestDataRepository
  before(async () => {
    web = createServer((request, response) => {
      const tag = `"v${body.length}"`
      const [, from] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? []
      const start = request.headers['if-range'] === tag ? Number(from) : 0
      response.writeHead(start > 0 ? 206 : 200, { etag: tag, 'content-length': body.length - start })
      if (breaks-- > 0) {
        response.write(body.slice(start, start + body.length / 3))
        setTimeout(() => response.destroy(), 20)
      } else response.end(body.slice(start))
    }).listen(0, '127.0.0.1')
    await once(web, 'listening')
    // SAFETY: a server that listens on a port has an address of this kind.
    url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/train set.csv`.replace(' ', '%20')
    source = await createTestDataRepository(`[core]\n    remote = store\n['remote "store"']\n    url = ../store\n`)
    await source.write({ 'folder/a': 'one', 'folder/b/c': 'two', 'file.bin': 'three', 'plain.txt': 'four' })
    await source.add('folder', 'file.bin')
    await runDvc(source.root, 'push', '--quiet')
    await source.commit()
    await source.git('tag', 'v1')
  })
  after(async () => {
    web.close()
    await source[Symbol.asyncDispose]()
  })

  it('writes the .dvc files that DVC writes: of a url, of paths, of another repository', async () => {
    await using ours = await createTestDataRepository()
    await using theirs = await createTestDataRepository()
    await writeFile(join(source.root, 'outside.bin'), 'outside')
    const cases: readonly { operands: string[]; dvc: string[]; out: string }[] = [
      { operands: [url], dvc: ['import-url', url], out: 'train.csv' },
      { operands: [join(source.root, 'outside.bin')], dvc: ['import-url', join(source.root, 'outside.bin')], out: 'x' },
      { operands: [join(source.root, 'folder')], dvc: ['import-url', join(source.root, 'folder')], out: 'ملف' },
      { operands: [source.root, 'folder'], dvc: ['import', source.root, 'folder'], out: 'imported' },
      {
        operands: [source.root, 'file.bin', '--rev', 'v1'],
        dvc: ['import', '--rev', 'v1', source.root, 'file.bin'],
        out: 'f',
      },
      { operands: [source.root, 'plain.txt'], dvc: ['import', source.root, 'plain.txt'], out: 'plain' },
    ]
    for (const { operands, dvc, out } of cases) {
      const done = await runCli(ours.root, 'data', 'import', ...operands, '-o', join(ours.root, out))
      assert.equal(done.exitCode, 0, done.stderr)
      const [command = '', ...words] = dvc
      // DVC names the place of an import by an option, and that of a url by a word.
      await runDvc(theirs.root, command, '--quiet', ...words, ...(command === 'import' ? ['-o', out] : [out]))
      assert.equal(withoutMeta(await ours.read(`${out}.dvc`)), await theirs.read(`${out}.dvc`), out)
    }
    assert.equal(await ours.read('.gitignore'), await theirs.read('.gitignore'))
    assert.equal(await ours.read('imported/b/c'), 'two')
    assert.match(await runDvc(ours.root, 'status'), /up to date/)
  })

  it('goes on where the connection broke', async () => {
    await using ours = await createTestDataRepository()
    breaks = 2
    const done = await runCli(ours.root, 'data', 'import', url, '-o', join(ours.root, 'x.csv'))
    assert.equal(done.exitCode, 0, done.stderr)
    assert.equal(await ours.read('x.csv'), body)
  })

  it('is pulled from where it came from, in a fresh clone', async () => {
    await using ours = await createTestDataRepository(`[core]\n    remote = s\n['remote "s"']\n    url = ../s\n`)
    for (const path of ['folder', 'plain.txt']) {
      await runCli(ours.root, 'data', 'import', source.root, path, '-o', join(ours.root, path))
    }
    for (const path of ['.dvc/cache', '.dvc/tmp', 'folder', 'plain.txt']) {
      await rm(join(ours.root, path), { recursive: true })
    }
    const pulled = await runCli(ours.root, 'data', 'pull')
    assert.equal(pulled.exitCode, 0, pulled.stderr)
    assert.deepEqual([await ours.read('folder/a'), await ours.read('plain.txt')], ['one', 'four'])
  })

  it('brings what is new when it is updated, and says when nothing is', async () => {
    await using ours = await createTestDataRepository()
    const update = async (path: string) => {
      const done = await runCli(ours.root, 'data', 'update', join(ours.root, path), '--json')
      assert.equal(done.exitCode, 0, done.stderr)
      return JSON.parse(done.stdout).updated[0].isChanged
    }
    await runCli(ours.root, 'data', 'import', url, '-o', join(ours.root, 'x.csv'))
    await runCli(ours.root, 'data', 'import', source.root, 'folder', '-o', join(ours.root, 'folder'))
    assert.deepEqual([await update('x.csv'), await update('folder')], [false, false])
    body = 'a,b\n1,2\n3,4\n'
    await source.write({ 'folder/a': 'more than one' })
    await source.commitData()
    await source.commit()
    assert.deepEqual([await update('x.csv'), await update('folder')], [true, true])
    assert.deepEqual([await ours.read('x.csv'), await ours.read('folder/a')], [body, 'more than one'])
    assert.match(await runDvc(ours.root, 'status'), /up to date|update available/)
  })

  it('loses nothing that was changed here, and overwrites nothing', async () => {
    await using ours = await createTestDataRepository()
    await runCli(ours.root, 'data', 'import', source.root, 'file.bin', '-o', join(ours.root, 'file.bin'))
    await ours.write({ 'file.bin': 'mine' }).catch(() => undefined)
    const updated = await runCli(ours.root, 'data', 'update', join(ours.root, 'file.bin'))
    assert.notEqual(updated.exitCode, 0)
    assert.equal(await readFile(join(ours.root, 'file.bin'), 'utf8'), 'mine')
    const again = await runCli(ours.root, 'data', 'import', source.root, 'file.bin', '-o', join(ours.root, 'file.bin'))
    assert.match(again.stderr, /There is file.bin already/)
  })

  it('runs no program that an address names', async () => {
    await using ours = await createTestDataRepository()
    const mark = join(ours.root, 'mark')
    const done = await runCli(ours.root, 'data', 'import', `ext::sh -c touch% ${mark}`, 'x', '-o', join(ours.root, 'x'))
    assert.notEqual(done.exitCode, 0)
    await assert.rejects(() => readFile(mark), { code: 'ENOENT' })
  })
})
