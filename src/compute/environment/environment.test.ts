import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createWheel } from './scratch-wheel.ts'
import { setTimeout } from 'node:timers/promises'
import { createSnapshot } from '../../git/snapshot.ts'
import { createTestRepository, type TestRepository } from '../../git/test-repository.ts'
import { checkOutCode } from '../code/check-out-code.ts'
import { listCodeParts } from '../code/code-parts.ts'
import { activateScript } from './activate-script.ts'
import { buildFailedCode, buildScript } from './build-script.ts'
import { openCodeFiles } from './code-files.ts'
import { findLocks } from './locks.ts'
import { type EnvironmentPlan, planEnvironments } from './plan.ts'
import { parseTools, toolsScript } from './tools.ts'

/** A target's home folder with the code in it. */
interface Home {
  readonly root: string
  readonly path: string
  /** Runs a program there in a process group of its own. */
  start(program: string): Started
}

interface Started {
  readonly ended: Promise<{ code: number | null; output: string }>
  /** As a power cut would: all of it at once. */
  kill(): void
}

/** @param programs stand before those of this machine, by name */
async function createHome(programs: Readonly<Record<string, string>> = {}): Promise<Home> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'runwright-home-')))
  await mkdir(join(root, 'bin'))
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(root, 'bin', name), text, { mode: 0o755 })
  }
  const path = `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`
  return {
    root,
    path,
    start(program) {
      const env = { HOME: root, PATH: path, PIP_NO_INDEX: '1', PIP_CONFIG_FILE: '/dev/null' }
      const child = spawn('/bin/sh', ['-c', program], { cwd: root, env, detached: true })
      let output = ''
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
      const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
        child.once('close', (code) => resolve({ code, output }))
      })
      return { ended, kill: () => void process.kill(-(child.pid ?? assert.fail()), 'SIGKILL') }
    },
  }
}

async function openFiles({ root }: TestRepository) {
  const { commit } = await createSnapshot({ folder: root, env: process.env })
  const parts = await listCodeParts(root, commit, process.env)
  return { parts, files: openCodeFiles(parts[0] ?? assert.fail()) }
}

const allTools = parseTools(`Welcome!
platform Linux x86_64
python cpython-311 3.11.7 linux-x86_64 /usr
venv yes
uv uv 0.9.1
conda mamba
node v24.1.0 linux x64
npm 11.2.0
`)

describe('the locks of a command', () => {
  const locksOf = async (written: Record<string, string>, workingDirectory = '') => {
    await using repository = await createTestRepository()
    await repository.write(written)
    return await findLocks((await openFiles(repository)).files, workingDirectory)
  }
  const pathsOf = async (...args: Parameters<typeof locksOf>) => (await locksOf(...args)).map(({ path }) => path)

  it('are those of the nearest folder, for Python and npm each', async () => {
    const written = {
      'requirements.txt': '',
      'package.json': '{}',
      'package-lock.json': '{}',
      'a/uv.lock': '',
      'a/requirements.txt': '',
      'a/environment.yml': '',
      'a/b/train.py': '',
    }
    assert.deepEqual(await pathsOf(written, 'a/b'), [
      'a/uv.lock',
      'a/requirements.txt',
      'a/environment.yml',
      'package-lock.json',
    ])
    assert.deepEqual(await pathsOf(written), ['requirements.txt', 'package-lock.json'])
    assert.deepEqual(await pathsOf({ 'train.py': '' }), [])
    assert.deepEqual(await pathsOf({ 'requirements-gpu.txt': '' }), ['requirements-gpu.txt'])
  })

  it('are refused where it is not clear which one is meant, or one cannot be built', async () => {
    const refused = (message: RegExp) => ({ code: 'INVALID_STATE', message })
    await assert.rejects(
      locksOf({ 'requirements-a.txt': '', 'requirements-b.txt': '' }),
      refused(/Which environment is meant\? There are requirements-a.txt, requirements-b.txt/),
    )
    await assert.rejects(locksOf({ 'requirements.txt': '-r gone.txt' }), refused(/includes gone.txt, which is not in/))
    const npm = { 'package.json': '{}' }
    await assert.rejects(locksOf({ ...npm, 'package-lock.json': '{"link": true}' }), refused(/by their folders/))
    await assert.rejects(
      locksOf({ ...npm, 'package-lock.json': '{"resolved": "file:x.tgz"}' }),
      refused(/names x.tgz, which is not/),
    )
  })

  it('hold all requirements in one text that means the same elsewhere', async () => {
    const [lock] = await locksOf({
      'requirements.txt':
        '# top\n-r deps/base.txt\n-e .[dev]  # us\n--find-links wheels\r\n--no-binary numpy\nlocal @ file:wheels/a.whl\n',
      'deps/base.txt': 'torch==2.9 \\\n  --hash=sha256:00\n-r more.txt\n-c ../constraints.txt\n',
      'deps/more.txt': 'numpy\nhttps://example.org/x.whl\n-r base.txt\n./inside\n',
      'deps/inside/setup.py': '',
      'constraints.txt': 'numpy<3',
      'numpy/x.py': '',
      'wheels/a.whl': 'w',
      'pyproject.toml': '[project]',
      'src/us/__init__.py': '',
    })
    assert.equal(
      lock?.requirements,
      `torch==2.9    --hash=sha256:00
numpy
https://example.org/x.whl
\${RUNWRIGHT_CODE}/deps/inside
-c \${RUNWRIGHT_CODE}/constraints.txt
\${RUNWRIGHT_CODE}[dev]
--find-links \${RUNWRIGHT_CODE}/wheels
--no-binary numpy
local @ file://\${RUNWRIGHT_CODE}/wheels/a.whl
`,
    )
    assert.deepEqual(lock?.modules, ['src'])
  })
})

describe('the key of an environment', () => {
  const keyOf = async (written: Record<string, string>, tools = allTools) => {
    await using repository = await createTestRepository()
    await repository.write(written)
    const [plan] = planEnvironments(await findLocks((await openFiles(repository)).files, ''), tools, 'far')
    return plan?.key ?? assert.fail()
  }
  const written = { 'requirements.txt': '-e .\n./a.whl\n', 'a.whl': '1', 'pyproject.toml': '1', 'src/us.py': '1' }

  it('is the same while what is built is, and another one otherwise', async () => {
    const key = await keyOf(written)
    assert.match(key, /^[0-9a-f]{64}$/)
    assert.equal(await keyOf({ ...written, 'src/us.py': '2', 'train.py': 'x' }), key)
    assert.equal(await keyOf(written, { ...allTools, uv: undefined, node: undefined }), key)
    const others = await Promise.all([
      keyOf({ ...written, 'a.whl': '2' }),
      keyOf({ ...written, 'pyproject.toml': '2' }),
      keyOf({ ...written, 'requirements.txt': '-e .\n./a.whl\nnumpy\n' }),
      keyOf(written, { ...allTools, python: 'cpython-312 3.12.1 linux-x86_64 /usr' }),
      keyOf(written, { ...allTools, platform: 'Linux aarch64' }),
    ])
    assert.equal(new Set([key, ...others]).size, 6)
  })
})

describe('what builds an environment', () => {
  const planOf = async (written: Record<string, string>, tools: Partial<typeof allTools>) => {
    await using repository = await createTestRepository()
    await repository.write(written)
    const locks = await findLocks((await openFiles(repository)).files, '')
    return planEnvironments(locks, { ...allTools, ...tools }, 'far').map(({ builder, lock }) => [builder, lock.path])
  }
  const both = { 'uv.lock': '', 'requirements.txt': '', 'package.json': '{}', 'package-lock.json': '{}' }

  it('is what the target has', async () => {
    const npm = ['npm', 'package-lock.json']
    assert.deepEqual(await planOf(both, {}), [['uv-sync', 'uv.lock'], npm])
    assert.deepEqual(await planOf(both, { uv: undefined }), [['pip', 'requirements.txt'], npm])
    assert.deepEqual(await planOf({ 'requirements.txt': '' }, { python: undefined }), [['uv-pip', 'requirements.txt']])
    assert.deepEqual(await planOf({ 'environment.yml': '' }, {}), [['mamba', 'environment.yml']])
    assert.deepEqual(await planOf({}, {}), [])
  })

  it('is named where the target lacks it', async () => {
    const refused = (message: RegExp) => ({ code: 'INVALID_STATE', message })
    await assert.rejects(
      planOf({ 'uv.lock': '' }, { uv: undefined }),
      refused(/^far cannot build .* of uv.lock: it has no uv/),
    )
    const bare = { uv: undefined, hasVenv: false }
    await assert.rejects(planOf({ 'requirements.txt': '' }, bare), refused(/it has no Python with venv/))
    await assert.rejects(planOf({ 'environment.yml': '' }, { conda: undefined }), refused(/no conda, mamba or/))
    await assert.rejects(planOf(both, { npm: undefined }), refused(/of package-lock.json: it has no npm/))
  })
})

/** Builds for real take seconds; this one does what its folder `signs` says, and tells how often it was asked. */
const pretendUv = `#!/bin/sh
signs=$HOME/signs
mkdir -p "$signs"
for last; do :; done
case $1 in
  --version) echo uv 0.0.1 ;;
  venv) mkdir -p "$last/bin" && echo 1 >"$last/part" ;;
  pip)
    echo asked >>"$signs/asked"
    : >"$signs/started.$PPID"
    while [ -e "$signs/hold" ]; do sleep 0.05; done
    [ ! -e "$signs/fail" ] || { echo "no such package" >&2; exit 1; }
    python=$5
    echo 2 >"\${python%/bin/python}/whole"
    ;;
esac
`

describe('an environment that several jobs want', () => {
  let home: Home
  let plan: EnvironmentPlan
  const place = { store: '~/.runwright/environments', code: '~/code', patienceSeconds: 2 }
  before(async () => {
    await using repository = await createTestRepository()
    await repository.write({ "it's/requirements.txt": 'numpy\n' })
    const { files } = await openFiles(repository)
    plan = planEnvironments(await findLocks(files, "it's"), allTools, 'far')[0] ?? assert.fail()
  })
  beforeEach(async () => {
    if (home !== undefined) await rm(home.root, { recursive: true, force: true })
    home = await createHome({ uv: pretendUv })
    await mkdir(join(home.root, "code/it's"), { recursive: true })
    await mkdir(join(home.root, 'signs'))
  })
  after(() => rm(home.root, { recursive: true, force: true }))
  const sign = (name: string) => join(home.root, 'signs', name)
  const hold = () => writeFile(sign('hold'), '')
  const letGo = () => rm(sign('hold'))
  const askedTimes = async () => (await readFile(sign('asked'), 'utf8')).trim().split('\n').length
  const start = () => home.start(buildScript(plan, place))
  const countStarted = async () =>
    (await readdir(join(home.root, 'signs'))).filter((name) => name.startsWith('started')).length
  const waitFor = async (isSo: () => boolean | Promise<boolean>) => {
    for (let tries = 0; !(await isSo()); tries++) {
      assert.ok(tries < 600, 'it did not come')
      await setTimeout(50)
    }
  }
  const store = () => readdir(join(home.root, '.runwright/environments'))
  const isWhole = () => existsSync(join(home.root, '.runwright/environments', plan.key, 'whole'))

  it('is built once by those that start together, and not again', async () => {
    await hold()
    const atOnce = `while [ ! -e "$HOME/signs/go" ]; do :; done\n${buildScript(plan, place)}`
    const jobs = Array.from({ length: 8 }, () => home.start(atOnce))
    await setTimeout(200)
    await writeFile(sign('go'), '')
    await waitFor(async () => (await countStarted()) > 0)
    assert.equal(isWhole(), false)
    await letGo()
    const ends = await Promise.all(jobs.map(({ ended }) => ended))
    assert.deepEqual(
      ends.map(({ code }) => code),
      jobs.map(() => 0),
    )
    assert.equal(await askedTimes(), 1)
    const said = ends.map(({ output }) => output)
    assert.equal(said.filter((each) => /builds the environment of it's\/requirements.txt/.test(each)).length, 1)
    assert.ok(isWhole())
    assert.deepEqual(await store(), [plan.key, `${plan.key}.1`])
    assert.deepEqual(await start().ended, { code: 0, output: '' })
    assert.equal(await askedTimes(), 1)
  })

  it('is built by the next when the builder was killed in the middle of it', async () => {
    await hold()
    const first = start()
    await waitFor(async () => (await countStarted()) === 1)
    const second = start()
    await setTimeout(300)
    first.kill()
    await first.ended
    await waitFor(async () => (await countStarted()) === 2)
    assert.equal(isWhole(), false)
    await letGo()
    assert.equal((await second.ended).code, 0)
    assert.ok(isWhole())
    assert.deepEqual(await store(), [plan.key, `${plan.key}.2`])
  })

  it('is built by the next when a builder on another machine gives no sign of life any more', async () => {
    const lock = join(home.root, '.runwright/environments', `${plan.key}.1.lock`)
    await mkdir(lock, { recursive: true })
    await writeFile(join(lock, 'owner'), '1 1 1 elsewhere\n')
    await writeFile(join(lock, 'beat'), '1 1\n')
    const { code, output } = await start().ended
    assert.equal(code, 0)
    assert.match(output, /waits for the environment.*\n.*builds the environment/)
    assert.deepEqual(await store(), [plan.key, `${plan.key}.2`])
  })

  it('is built by the next when the builder died before it wrote who it is', async () => {
    await mkdir(join(home.root, '.runwright/environments', `${plan.key}.1.lock`), { recursive: true })
    assert.equal((await start().ended).code, 0)
    assert.ok(isWhole())
  })

  it('is not there after a build that failed, which says why, and the next tries again', async () => {
    await writeFile(sign('fail'), '')
    const { code, output } = await start().ended
    assert.equal(code, buildFailedCode)
    assert.match(output, /^no such package$/m)
    assert.match(output, /^runwright: the environment of it's\/requirements.txt could not be built$/m)
    assert.deepEqual(await store(), [`${plan.key}.1.lock`])
    await rm(sign('fail'))
    assert.equal((await start().ended).code, 0)
    assert.deepEqual(await store(), [plan.key, `${plan.key}.2`])
  })

  it('is built again when somebody has removed its folder', async () => {
    await start().ended
    await rm(join(home.root, '.runwright/environments', `${plan.key}.1`), { recursive: true })
    assert.equal((await start().ended).code, 0)
    assert.ok(isWhole())
  })

  it('says when it cannot be written', async () => {
    await writeFile(join(home.root, '.runwright'), '')
    const { code, output } = await start().ended
    assert.equal(code, buildFailedCode)
    assert.match(output, /cannot write environments to /)
  })
})

describe('an environment, built for real', () => {
  it('has what its lock names, without a network, and the code’s own modules come first', async () => {
    await using repository = await createTestRepository()
    const home = await createHome()
    try {
      await createWheel(join(repository.root, 'wheels/tiny_part-1.0-py3-none-any.whl'))
      execFileSync('npm', ['pack', '--pack-destination', repository.root], {
        cwd: await createPackage(home),
        stdio: 'pipe',
      })
      await repository.write({
        'requirements.txt': '--no-index\n--find-links wheels\ntiny-part==1.0\n',
        'package.json': '{"name":"x","version":"1.0.0","dependencies":{"tiny":"file:tiny-1.0.0.tgz"}}',
        'train.py': 'import tiny_part, sys; print(tiny_part.value, sys.prefix)',
        'train.mjs': 'import value from "tiny"; console.log(value)',
      })
      execFileSync('npm', ['install', '--package-lock-only', '--offline'], { cwd: repository.root, stdio: 'pipe' })
      const { parts, files } = await openFiles(repository)
      await checkOutCode(parts, join(home.root, 'job/code'))
      const tools = parseTools((await home.start(toolsScript).ended).output)
      const plans = planEnvironments(await findLocks(files, ''), { ...tools, uv: undefined }, 'here')
      assert.deepEqual(
        plans.map(({ builder }) => builder),
        ['pip', 'npm'],
      )
      const place = { store: '~/environments', code: '~/job/code' }
      for (const plan of plans) {
        const { code, output } = await home.start(buildScript(plan, place)).ended
        assert.equal(code, 0, output)
      }
      const [python] = plans
      const program = `set -eu\n${activateScript(plans, place)}cd job/code\npython train.py\nnode train.mjs\n`
      const { output } = await home.start(program).ended
      assert.equal(output, `42 ${join(home.root, 'environments', python?.key ?? '')}\n43\n`)
      assert.ok((await lstat(join(home.root, 'job/code/node_modules'))).isSymbolicLink())
    } finally {
      await rm(home.root, { recursive: true, force: true })
    }
  })
})

async function createPackage({ root }: Home): Promise<string> {
  const folder = join(root, 'tiny')
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{"name":"tiny","version":"1.0.0","type":"module","main":"index.js"}')
  await writeFile(join(folder, 'index.js'), 'export default 43\n')
  return folder
}
