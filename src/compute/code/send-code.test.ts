import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createSnapshot } from '../../git/snapshot.ts'
import { createTestRepository, type TestRepository } from '../../git/test-repository.ts'
import { checkOutCode } from './check-out-code.ts'
import { listCodeParts } from './code-parts.ts'
import { type CodeTarget, sendCode } from './send-code.ts'

/** Every file of a folder with its content, links with their target, and whether it can be run. */
async function readFolder(folder: string): Promise<Record<string, string>> {
  const entries: Record<string, string> = {}
  for (const name of (await readdir(folder, { recursive: true })).toSorted()) {
    const path = join(folder, name)
    const entry = await lstat(path)
    if (entry.isSymbolicLink()) entries[name] = `-> ${await readlink(path)}`
    else if (entry.isFile()) entries[name] = `${(entry.mode & 0o100) === 0 ? '' : 'x '}${await readFile(path, 'utf8')}`
  }
  return entries
}

async function partsOf({ root }: TestRepository) {
  const { commit } = await createSnapshot({ folder: root, env: process.env })
  return listCodeParts(root, commit, process.env)
}

interface TestTarget extends CodeTarget {
  readonly home: string
}

/** A home folder of its own, and `sh` there. */
async function createTarget(path: string | undefined = process.env['PATH']): Promise<TestTarget> {
  const home = await mkdtemp(join(tmpdir(), 'runwright-target-'))
  const target: TestTarget = {
    home,
    name: 'test',
    store: '~/.runwright/code',
    run: (program: string, input?: Readable) =>
      new Promise((resolve, reject) => {
        const child = spawn('/bin/sh', ['-c', program], { cwd: home, env: { HOME: home, PATH: path }, detached: true })
        const stdout: Buffer[] = []
        let stderr = ''
        child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
        child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
        child.stdin.on('error', () => undefined)
        if (input === undefined) child.stdin.end()
        else input.once('error', (error) => (child.kill('SIGKILL'), reject(error))).pipe(child.stdin)
        child.once('close', (code) => resolve({ code: code ?? 137, stdout: Buffer.concat(stdout), stderr }))
      }),
  }
  return target
}

const toolNames = ['tar', 'mkdir', 'rm', 'mv', 'cat', 'find']

/**
 * The programs of a target, in a folder. Each counts; the one whose number `whenToDie` holds takes the script that
 * called it and all beside it along, as soon as its own work is done.
 */
async function createTools(hasGit: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-tools-'))
  for (const tool of hasGit ? [...toolNames, 'git'] : toolNames) {
    const text = `#!/bin/sh
PATH=${process.env['PATH'] ?? ''}
count=$(($(cat "${folder}/count" 2>/dev/null || echo 0) + 1))
echo "$count" >"${folder}/count"
${tool} "$@" || exit
[ "$count" != "$(cat "${folder}/whenToDie" 2>/dev/null)" ] || kill -9 0
`
    await writeFile(join(folder, tool), text, { mode: 0o755 })
  }
  return folder
}

const files = {
  'train.py': 'print(1)\n',
  'src/model.py': 'x = 1\n',
  'نموذج\n.py': 'odd\n',
  '.gitattributes': 'src/model.py export-ignore\n*.txt export-subst ident filter=evil\n',
  'subst.txt': '$Format:%H$ $Id$\n',
}

for (const kind of ['git', 'tar'] as const) {
  describe(`code sent to a target by ${kind}`, () => {
    let tools = ''
    let repository: TestRepository
    let target: TestTarget
    before(async () => {
      tools = await createTools(kind === 'git')
      repository = await createTestRepository()
      await repository.write(files)
      await repository.commit()
      await repository.write({ 'run.sh': '#!/bin/sh\n', 'train.py': 'print(2)\n' })
      await chmod(join(repository.root, 'run.sh'), 0o755)
      await symlink('train.py', join(repository.root, 'link.py'))
    })
    beforeEach(async () => {
      if (target !== undefined) await rm(target.home, { recursive: true, force: true })
      target = await createTarget(tools)
    })
    after(async () => {
      await repository[Symbol.asyncDispose]()
      for (const folder of [target.home, tools]) await rm(folder, { recursive: true })
    })
    const expected = { ...files, 'run.sh': 'x #!/bin/sh\n', 'link.py': '-> train.py', 'train.py': 'print(2)\n' }
    const list = (folder: string): Promise<string[]> => readdir(join(target.home, folder)).catch(() => [])

    it('is there with all that is uncommitted, and nothing beside it', async () => {
      const sent = await sendCode(await partsOf(repository), '~/jobs/a b/code', target, hostname())
      assert.deepEqual(await readFolder(join(target.home, 'jobs/a b/code')), expected)
      assert.deepEqual(await list('jobs/a b'), ['code'])
      assert.equal(sent.hasGit, kind === 'git')
      assert.ok(sent.sentBytes > 0)
    })

    it('takes one call once the target is known to have it, and is sent again where it has gone', async (test) => {
      if (kind === 'tar') return test.skip('without git all is sent each time')
      const parts = await partsOf(repository)
      let calls = 0
      const run: CodeTarget['run'] = (...words) => (calls++, target.run(...words))
      const counted = { ...target, run, known: new Set<string>() }
      const send = async (name: string) => {
        calls = 0
        const { sentBytes } = await sendCode(parts, `~/${name}`, counted, hostname())
        assert.deepEqual(await readFolder(join(target.home, name)), expected)
        return { sentBytes, calls }
      }
      assert.ok((await send('first')).calls > 1)
      assert.deepEqual(await send('second'), { sentBytes: 0, calls: 1 })
      await rm(join(target.home, '.runwright'), { recursive: true })
      assert.ok((await send('third')).sentBytes > 0)
      assert.equal((await send('fourth')).calls, 1)
    })

    it('stays as it is where an earlier attempt has put it', async () => {
      const parts = await partsOf(repository)
      await sendCode(parts, '~/jobs/a/code', target, hostname())
      await writeFile(join(target.home, 'jobs/a/code/written.txt'), 'by the job')
      await sendCode(parts, '~/jobs/a/code', target, hostname())
      assert.equal(await readFile(join(target.home, 'jobs/a/code/written.txt'), 'utf8'), 'by the job')
      assert.deepEqual(await list('jobs/a'), ['code'])
    })

    it('has its submodules in it', async () => {
      await using library = await createTestRepository()
      await library.write({ 'lib.py': 'lib\n' })
      await library.commit()
      await using parent = await createTestRepository()
      await parent.write({ 'a.py': 'a\n' })
      await parent.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'deps/my lib')
      await parent.commit()
      const parts = await partsOf(parent)
      await sendCode(parts, '~/code', target, hostname())
      const { '.gitmodules': _, ...there } = await readFolder(join(target.home, 'code'))
      assert.deepEqual(there, { 'a.py': 'a\n', 'deps/my lib/lib.py': 'lib\n' })
      await checkOutCode(parts, join(target.home, 'local'))
      assert.deepEqual(await readFolder(join(target.home, 'local')), await readFolder(join(target.home, 'code')))
    })

    it('is complete or not there when the target dies after any of its steps, and is there the next time', async () => {
      const parts = await partsOf(repository)
      let step = 0
      for (let hasDied = true; hasDied; step++) {
        await rm(join(target.home, '.runwright'), { recursive: true, force: true })
        await writeFile(join(tools, 'count'), '0')
        await writeFile(join(tools, 'whenToDie'), String(step + 1))
        const folder = `job-${step}`
        await sendCode(parts, `~/${folder}/code`, target, hostname()).catch(() => undefined)
        hasDied = Number(await readFile(join(tools, 'count'), 'utf8')) > step
        await rm(join(tools, 'whenToDie'))
        if ((await list(folder)).includes('code')) {
          assert.deepEqual(await readFolder(join(target.home, folder, 'code')), expected)
        }
        await sendCode(parts, `~/${folder}/code`, target, hostname())
        assert.deepEqual(await readFolder(join(target.home, folder, 'code')), expected)
      }
      assert.ok(step > (kind === 'git' ? 8 : 3), `${step}`)
    })

    it('is not taken for whole when the stream ends too early', async () => {
      const parts = await partsOf(repository)
      const { run } = target
      let cut = 0
      const cutting: CodeTarget = {
        ...target,
        run: async (program, input) => {
          if (input === undefined) return run(program)
          const bytes = Buffer.concat(await Array.fromAsync<Buffer>(input))
          // Tar ends in blocks of zeros: even without them it would be unpacked in silence.
          cut = kind === 'tar' ? 512 * 6 : bytes.length - 21
          return run(program, Readable.from([bytes.subarray(0, cut)]))
        },
      }
      await assert.rejects(sendCode(parts, '~/cut/code', cutting, hostname()), { code: 'INVALID_STATE' })
      assert.ok(cut > 0)
      assert.deepEqual(await list('cut'), [])
      await sendCode(parts, '~/cut/code', target, hostname())
      assert.deepEqual(await readFolder(join(target.home, 'cut/code')), expected)
    })
  })
}

describe('what is sent to a target with git', () => {
  it('is only what it does not have, and of a changed file only the difference', async () => {
    await using repository = await createTestRepository()
    const target = await createTarget()
    try {
      const random = Array.from({ length: 20_000 }, (_, index) => `${(index * 2_654_435_761) % 4_294_967_296}\n`)
      await repository.write({ 'large.py': random.join(''), 'a.py': 'a' })
      await repository.commit()
      await repository.write({ 'large.py': `${random.join('')}# 1\n` })
      const send = async (name: string) =>
        (await sendCode(await partsOf(repository), `~/${name}`, target, hostname())).sentBytes
      const first = await send('one')
      assert.ok(first > 50_000, `${first}`)
      assert.equal(await send('two'), 0)
      await repository.write({ 'large.py': `# 0\n${random.join('')}# 2\n`, 'new.py': 'n' })
      const third = await send('three')
      assert.ok(third < 1000, `${third}`)
      assert.equal(await readFile(join(target.home, 'three/large.py'), 'utf8'), `# 0\n${random.join('')}# 2\n`)
      // Back again: nothing new.
      await rm(join(repository.root, 'new.py'))
      await repository.write({ 'large.py': `${random.join('')}# 1\n` })
      assert.equal(await send('four'), 0)
    } finally {
      await rm(target.home, { recursive: true })
    }
  })

  it('is all of it where the repository there is damaged', async () => {
    await using repository = await createTestRepository()
    const target = await createTarget()
    try {
      await repository.write({ 'a.py': 'a' })
      await sendCode(await partsOf(repository), '~/one', target, hostname())
      const store = join(target.home, '.runwright/code')
      const [name = ''] = await readdir(store)
      const packs = join(store, name, 'objects/pack')
      for (const file of await readdir(packs)) {
        await chmod(join(packs, file), 0o600)
        await truncate(join(packs, file), 0)
      }
      await repository.write({ 'b.py': 'b' })
      const parts = await partsOf(repository)
      await sendCode(parts, '~/two', target, hostname())
      assert.deepEqual(await readFolder(join(target.home, 'two')), { 'a.py': 'a', 'b.py': 'b' })
      assert.deepEqual(await readdir(store), [name])
    } finally {
      await rm(target.home, { recursive: true })
    }
  })
})

describe('a target that cannot take the code', () => {
  for (const [stderr, code] of [
    ['fatal: write error: No space left on device', 'STORAGE_FULL'],
    ['mkdir: cannot create directory: Permission denied', 'STORAGE_READ_ONLY'],
    ['fatal: out of ideas', 'INVALID_STATE'],
  ] as const) {
    it(`is told apart by what it says: ${code}`, async () => {
      await using repository = await createTestRepository()
      const target: CodeTarget = {
        name: 'far',
        store: '~/code',
        run: async () => ({ code: 1, stdout: Buffer.alloc(0), stderr: `${stderr}\n` }),
      }
      const sent = sendCode(await partsOf(repository), '~/job/code', target, hostname())
      await assert.rejects(sent, { code, message: / far/ })
    })
  }
})

describe('a target that ends before it has read all', () => {
  for (const answer of ['repository 0\n', 'none\n']) {
    it(`leaves no program and no file behind here: ${answer.trim()}`, async () => {
      await using repository = await createTestRepository()
      await repository.write({ 'large.bin': randomBytes(4 << 20) })
      const inputs: Readable[] = []
      const target: CodeTarget = {
        name: 'far',
        store: '~/code',
        run: async (_, input) => {
          if (input !== undefined) inputs.push(input)
          const stderr = input === undefined ? '' : 'No space left on device'
          return { code: input === undefined ? 0 : 1, stdout: Buffer.from(answer), stderr }
        },
      }
      await assert.rejects(sendCode(await partsOf(repository), '~/job/code', target, hostname()), {
        code: 'STORAGE_FULL',
      })
      assert.deepEqual(
        inputs.map(({ destroyed }) => destroyed),
        [true],
      )
    })
  }
})

describe('code checked out on this machine', () => {
  it('is whole whatever the settings of the repository leave out, and no working copy changes', async () => {
    await using repository = await createTestRepository()
    const { root, git, write } = repository
    await write({ 'in/a.py': 'a', 'out/b.py': 'b' })
    await repository.commit()
    await git('sparse-checkout', 'set', '--cone', 'in')
    await git('config', 'submodule.recurse', 'true')
    await write({ 'in/a.py': 'changed' })
    const trap = join(root, '.git/trap')
    await write({ '.gitattributes': '* filter=evil' })
    await git('config', 'filter.evil.smudge', `touch '${trap}'; cat`)
    await writeFile(join(root, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch '${trap}'\n`, { mode: 0o755 })
    const parts = await partsOf(repository)
    const index = await readFile(join(root, '.git/index'))
    const outside = await mkdtemp(join(tmpdir(), 'runwright-checkout-'))
    try {
      await checkOutCode(parts, join(outside, 'job/code'))
      assert.deepEqual(await readFolder(join(outside, 'job/code')), {
        '.gitattributes': '* filter=evil',
        'in/a.py': 'changed',
        'out/b.py': 'b',
      })
      assert.deepEqual(await readdir(join(outside, 'job')), ['code'])
      assert.deepEqual(await readFile(join(root, '.git/index')), index)
      await assert.rejects(lstat(trap))
      await assert.rejects(lstat(join(root, 'out')))
      await assert.rejects(checkOutCode(parts, join(outside, 'job/code')), { code: 'RESOURCE_ALREADY_EXISTS' })
      await mkdir(join(outside, 'file'))
      await assert.rejects(listCodeParts(root, '0'.repeat(40), process.env), { code: 'RESOURCE_DOES_NOT_EXIST' })
      await assert.rejects(listCodeParts(root, '--help', process.env), { code: 'RESOURCE_DOES_NOT_EXIST' })
      const lost = parts.map((part) => ({ ...part, tree: '1'.repeat(40) }))
      await assert.rejects(checkOutCode(lost, join(outside, 'lost')), { code: 'INVALID_STATE' })
      assert.deepEqual((await readdir(outside)).toSorted(), ['file', 'job'])
    } finally {
      await rm(outside, { recursive: true })
    }
  })
})
