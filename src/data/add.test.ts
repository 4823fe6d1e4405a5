import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addPaths } from './add.ts'
import { parseManifest } from './manifest.ts'
import { createTestDataRepository, quietWork, writeOddFolder } from './test-repository.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const objectOf = (text: string) => `.dvc/cache/files/md5/${md5(text).slice(0, 2)}/${md5(text).slice(2)}`

describe('adding data', () => {
  it('stores a file by both hashes, read-only, and keeps it out of Git', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'in/model.bin': 'weights' })
    const [added] = await repository.add('in/model.bin')
    assert.equal(added?.hash, md5('weights'))
    assert.equal(added.sha256, sha256('weights'))
    assert.equal(await repository.read(objectOf('weights')), 'weights')
    assert.equal((await lstat(join(repository.root, objectOf('weights')))).mode & 0o777, 0o444)
    assert.equal(await repository.read('in/.gitignore'), '/model.bin\n')
    assert.match(await repository.read('in/model.bin.dvc'), /^outs:\n- md5: [0-9a-f]{32}\n {2}size: 7\n {2}hash: md5\n/)
    assert.equal(await repository.git('status', '--short', '--', 'in'), '?? in/')
  })

  it('names a folder by a manifest with links, empty folders and modes', async () => {
    await using repository = await createTestDataRepository()
    await writeOddFolder(join(repository.root, 'data'))
    const [added] = await repository.add('data')
    assert.equal(added?.fileCount, 13)
    const name = added.sha256 ?? ''
    const text = await repository.read(`.dvc/cache/runwright/manifest/${name.slice(0, 2)}/${name.slice(2)}`)
    assert.equal(sha256(text), name)
    const { entries } = parseManifest(text, 'the manifest')
    const odd = entries.filter((entry) => entry.kind !== 'file' || entry.isExecutable)
    assert.deepEqual(
      odd.map(({ kind, path }) => `${kind} ${path}`),
      ['folder empty/inner', 'link link', 'link linked folder', 'file run.sh', 'link sub dir/up'],
    )
  })

  it('gives a folder of thousands of files the same name whether threads hash it or an index knows it', async () => {
    await using repository = await createTestDataRepository()
    const names = Array.from({ length: 2000 }, (_, index) => `data/${index % 7}/${index}`)
    await repository.write(Object.fromEntries(names.map((name) => [name, name])))
    const [first] = await repository.add('data')
    const list = names
      .map((name) => ({ relpath: name.slice('data/'.length), md5: md5(name) }))
      .toSorted((a, b) => (a.relpath < b.relpath ? -1 : 1))
      .map((entry) => `{"md5": "${entry.md5}", "relpath": "${entry.relpath}"}`)
    assert.equal(first?.hash, `${md5(`[${list.join(', ')}]`)}.dir`)
    await repository.write({ 'data/1/1': 'changed' })
    const [second] = await repository.add('data')
    assert.notEqual(second?.hash, first.hash)
    await repository.write({ 'data/1/1': 'data/1/1' })
    const [third] = await repository.add('data')
    assert.deepEqual({ ...third, isChanged: false }, { ...first, isChanged: false })
  })

  it('sees a mode, an empty folder and a link that are new, though no file has changed', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', 'data/b': 'b' })
    const hashes = [(await repository.add('data'))[0]?.sha256]
    await chmod(join(repository.root, 'data/a'), 0o755)
    hashes.push((await repository.add('data'))[0]?.sha256)
    await mkdir(join(repository.root, 'data/empty'))
    hashes.push((await repository.add('data'))[0]?.sha256)
    await symlink('a', join(repository.root, 'data/link'))
    hashes.push((await repository.add('data'))[0]?.sha256)
    assert.equal(new Set(hashes).size, 4)
    const [same] = await repository.add('data')
    assert.equal(same?.isChanged, false)
  })

  it('hashes a file again that may have changed without a trace', async () => {
    await using repository = await createTestDataRepository()
    const file = join(repository.root, 'a.bin')
    await writeFile(file, 'one')
    // As if it were written in the tick in which it is hashed.
    const soon = new Date(Date.now() + 3_600_000)
    await utimes(file, soon, soon)
    await repository.add('a.bin')
    await writeFile(file, 'two')
    await utimes(file, soon, soon)
    const [added] = await repository.add('a.bin')
    assert.equal(added?.hash, md5('two'))
  })

  it('stores again what the cache has lost', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', 'data/b': 'b' })
    await repository.add('data')
    await rm(join(repository.root, objectOf('a')))
    await repository.add('data')
    assert.equal(await repository.read(objectOf('a')), 'a')
  })

  it('finds the SHA-256 of what was checked out by DVC’s hashes alone', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', 'data/b': 'b', model: 'm' })
    const added = await repository.add('data', 'model')
    for (const name of ['data', 'model']) {
      const text = await repository.read(`${name}.dvc`)
      await repository.write({ [`${name}.dvc`]: text.replace(/ {2}meta:[^]*/, '') })
      await rm(join(repository.root, name), { recursive: true })
    }
    await repository.checkout()
    assert.deepEqual(
      (await repository.add('data', 'model')).map(({ sha256 }) => sha256),
      added.map(({ sha256 }) => sha256),
    )
  })

  it('ignores a damaged index', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'data/a': 'a', 'data/b': 'b' })
    const [first] = await repository.add('data')
    const folder = join(repository.root, '.dvc/tmp/runwright/index')
    for (const name of await readdir(folder)) await writeFile(join(folder, name), 'runwright index 1\nnonsense')
    const [second] = await repository.add('data')
    assert.equal(second?.hash, first?.hash)
  })

  it('makes a file and its object one with links, and an edit through one is the file’s alone', async () => {
    await using repository = await createTestDataRepository('[cache]\n    type = hardlink,copy\n')
    await repository.write({ 'data/a': 'first', 'data/same': 'first', model: 'old' })
    await repository.add('data', 'model')
    const inode = async (path: string) => (await lstat(join(repository.root, path))).ino
    assert.equal(await inode('data/a'), await inode(objectOf('first')))
    assert.equal(await inode('data/same'), await inode(objectOf('first')))
    await chmod(join(repository.root, 'data/a'), 0o644)
    await writeFile(join(repository.root, 'data/a'), 'second')
    await chmod(join(repository.root, 'model'), 0o644)
    await writeFile(join(repository.root, 'model'), 'new')
    await repository.add('data', 'model')
    assert.equal(await inode('model'), await inode(objectOf('new')))
    await assert.rejects(repository.read(objectOf('old')), { code: 'ENOENT' })
    assert.equal(await inode('data/a'), await inode(objectOf('second')))
    await assert.rejects(repository.read(objectOf('first')), { code: 'ENOENT' })
  })

  it('leaves a link to the object with symlinks', async () => {
    await using repository = await createTestDataRepository('[cache]\n    type = symlink\n')
    await repository.write({ 'data/a': 'first', 'data/run.sh': 'script' })
    await chmod(join(repository.root, 'data/run.sh'), 0o755)
    const [first] = await repository.add('data')
    assert.equal((await lstat(join(repository.root, 'data/a'))).isSymbolicLink(), true)
    // An executable file has a mode of its own.
    assert.equal((await lstat(join(repository.root, 'data/run.sh'))).isSymbolicLink(), false)
    assert.equal(await repository.read('data/a'), 'first')
    const [again] = await repository.add('data')
    assert.equal(again?.hash, first?.hash)
    assert.equal(again?.sha256, first?.sha256)
  })

  it('refuses what cannot be versioned, and names it', async () => {
    await using repository = await createTestDataRepository()
    const { root } = repository
    await repository.write({ 'data/a': 'a', 'code.py': '', 'broken/x': '', 'rules/.dvcignore': '', 'hidden/a': 'a' })
    await repository.write({ 'spelled/git~1/x': '' })
    await repository.write({ '.dvcignore': 'hidden\n' })
    await repository.git('add', 'code.py')
    await symlink('nowhere', join(root, 'broken/link'))
    await writeFile(Buffer.concat([Buffer.from(join(root, 'bytes')), Buffer.from([0xff])]), '').catch(() => undefined)
    await mkdir(join(root, 'named'))
    await writeFile(Buffer.concat([Buffer.from(`${join(root, 'named')}/`), Buffer.from([0x61, 0xff])]), '')
    await repository.add('data')
    const cases: Record<string, RegExp> = {
      nothing: /There is no nothing/,
      'data/a': /lies in data/,
      'code.py': /Git has code\.py already/,
      broken: /link to "nowhere", where nothing is/,
      rules: /\.dvcignore lies inside the data/,
      'data.dvc': /is a \.dvc file itself/,
      named: /named holds a name that is no UTF-8/,
      spelled: /"git~1\/x", which goes into a folder git~1/,
      hidden: /ignored by a \.dvcignore/,
    }
    for (const [path, message] of Object.entries(cases)) {
      await assert.rejects(repository.add(path), { message }, path)
    }
    assert.equal(await repository.git('status', '--short', '--', '*.dvc'), '?? data.dvc')
  })

  it('leaves the .dvc file as it was when it is cancelled', async () => {
    await using repository = await createTestDataRepository()
    await repository.write(Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`data/${index}`, `${index}`])))
    const cancel = new AbortController()
    const work = { ...quietWork(), signal: cancel.signal, progress: () => cancel.abort() }
    await assert.rejects(addPaths(await repository.open(), ['data'], work), { code: 'CANCELLED' })
    await assert.rejects(repository.read('data.dvc'), { code: 'ENOENT' })
    assert.equal((await repository.add('data'))[0]?.fileCount, 600)
  })

  it('writes nothing through a link that a repository has brought along', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ model: 'm', 'elsewhere/clock': 'mine' })
    await mkdir(join(repository.root, '.dvc/tmp'))
    await symlink('../../elsewhere', join(repository.root, '.dvc/tmp/runwright'))
    await assert.rejects(repository.add('model'), { code: 'STORAGE_READ_ONLY', message: /is a symbolic link/ })
    assert.deepEqual(await readdir(join(repository.root, 'elsewhere')), ['clock'])
    assert.equal(await repository.read('elsewhere/clock'), 'mine')
  })

  it('lets two commands at once do one after the other', async () => {
    await using repository = await createTestDataRepository()
    await repository.write({ 'one/a': 'a', 'two/b': 'b' })
    await Promise.all([repository.add('one'), repository.add('two')])
    assert.deepEqual((await repository.read('.gitignore')).split('\n').toSorted(), ['', '/one', '/two'])
    assert.deepEqual(
      (await repository.status()).map(({ state }) => state),
      ['clean', 'clean'],
    )
  })
})
