import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
  await workspace.json('init')
})
after(() => workspace[Symbol.asyncDispose]())

const read = (file: string) => readFile(join(workspace.folder, file), 'utf8')

async function addData(content: string): Promise<void> {
  await mkdir(join(workspace.folder, 'd'), { recursive: true })
  await workspace.write('d/a', content)
  await workspace.json('data', 'add', 'd')
}

async function commit(message: string): Promise<void> {
  await workspace.git('add', '--all')
  await workspace.git('commit', '--quiet', '--message', message)
}

/** Stores a model's file in the run, as a program with no client would. */
const logModel = `
  const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: id } = process.env
  const headers = { authorization: 'Bearer ' + token }
  const { run } = await (await fetch(uri + '/api/2.0/mlflow/runs/get?run_id=' + id, { headers })).json()
  const root = uri + '/api/2.0/mlflow-artifacts/artifacts/' + run.info.artifact_uri.replace('mlflow-artifacts:/', '')
  const answer = await fetch(root + '/model/MLmodel', { method: 'PUT', body: 'flavors: {}', headers })
  if (!answer.ok) throw new Error(await answer.text())`

const run = (name: string) =>
  workspace.json('run', '-n', name, '--', process.execPath, '--input-type=module', '-e', logModel)

async function flipBit(path: string): Promise<void> {
  await chmod(path, 0o644)
  const bytes = await readFile(path)
  await writeFile(path, bytes.with(5, bytes.readUInt8(5) ^ 4))
}

describe('runwright data', { timeout: 300_000 }, () => {
  it('takes the data back to what a run had, uncommitted as it was, and to what made a model', async () => {
    await addData('committed')
    await commit('One')
    await run('committed')
    await addData('never committed')
    await run('uncommitted')
    await workspace.json('models', 'register', 'uncommitted', '--name', 'digits', '--alias', 'champion')
    await addData('today')
    await commit('Two')

    const restored = await workspace.json('data', 'restore', 'd', '--run', 'committed')
    assert.deepEqual([await read('d/a'), restored['isChanged']], ['committed', true])
    await workspace.git('checkout', '--quiet', 'd.dvc')
    await workspace.json('data', 'restore', 'd', '--model', 'digits@champion')
    assert.equal(await read('d/a'), 'never committed')
    await workspace.git('checkout', '--quiet', 'd.dvc')
    await workspace.json('data', 'restore', 'd', '--model', 'digits/1')
    assert.equal(await read('d/a'), 'never committed')
    await workspace.git('checkout', '--quiet', 'd.dvc')
    await workspace.json('data', 'checkout')
    assert.equal(await read('d/a'), 'today')
  })

  it('rolls back in a commit, and lists it', async () => {
    await workspace.git('config', 'user.name', 'Ada')
    await workspace.git('config', 'user.email', 'ada@example.org')
    const { stdout } = await workspace.run('data', 'rollback', 'd', '--to', 'HEAD~1')
    assert.match(stdout, /^Committed [0-9a-f]{10}: d is again as [0-9a-f]{10} has it\.$/m)
    assert.equal(await read('d/a'), 'committed')
    assert.equal(await workspace.git('status', '--porcelain'), '')
    const log = await workspace.run('data', 'log', 'd')
    const lines = log.stdout.trim().split('\n')
    assert.match(lines[1] ?? '', /Ada +changed +d +9 B +1 +\w{8} +Roll back d to/)
    assert.equal(lines.length, 4)
    const { versions, isMore } = await workspace.json('data', 'log', 'd', '-n', '1')
    assert.deepEqual([Array.isArray(versions) && versions.length, isMore], [1, true])
  })

  it('shows what differs, and says so by its exit code', async () => {
    const words = ['data', 'diff', 'HEAD~1', 'HEAD', 'd', '--exit-code']
    const { stdout, exitCode } = await workspace.run(...words)
    assert.equal(exitCode, 1)
    assert.equal(stdout, 'changed d: 1 file, 5 B → 1 file, 9 B\n  changed a (5 B → 9 B)\n')
    assert.deepEqual(
      await workspace.run('data', 'diff', 'd', '--exit-code').then((end) => [end.exitCode, end.stdout]),
      [0, 'Nothing differs.\n'],
    )
    const content = await workspace.run('data', 'diff', 'HEAD~1', '--content')
    assert.match(content.stdout, /## d/)
  })

  it('moves, locks, unlocks and removes', async () => {
    await workspace.json('data', 'move', 'd', 'sub/e')
    assert.equal(await read('sub/e/a'), 'committed')
    await workspace.json('data', 'lock', 'sub/e')
    const refused = await workspace.run('data', 'restore', 'sub/e', '--rev', 'HEAD~1')
    assert.deepEqual([refused.exitCode, /is locked/.test(refused.stderr)], [1, true])
    await workspace.json('data', 'unlock', 'sub/e.dvc')
    await workspace.json('data', 'remove', 'sub/e')
    assert.deepEqual([await read('sub/e/a'), existsSync(join(workspace.folder, 'sub/e.dvc'))], ['committed', false])
    await workspace.git('checkout', '--quiet', 'd.dvc')
    await rm(join(workspace.folder, 'sub'), { recursive: true })
    await workspace.json('data', 'checkout')
  })

  it('finds a flipped bit, by its exit code, and moves it aside', async () => {
    assert.equal((await workspace.run('data', 'verify')).exitCode, 0)
    const { versions } = await workspace.json('data', 'log', 'd', '-n', '1')
    assert.ok(Array.isArray(versions))
    const list: unknown = Object(versions[0]).hash
    assert.ok(typeof list === 'string')
    const key = join('files/md5', list.slice(0, 2), list.slice(2))
    const path = join(workspace.folder, '.dvc/cache', key)
    await flipBit(path)
    const { exitCode, stdout } = await workspace.run('data', 'verify', '--repair')
    assert.equal(exitCode, 1)
    assert.match(stdout, /\.dir is damaged; moved aside\n {2}needed by d\n/)
    await workspace.json('data', 'add', 'd')
    assert.equal((await workspace.run('data', 'verify')).exitCode, 0)

    await workspace.json('data', 'remote', 'add', 'backup', join(workspace.folder, '.git/backup'))
    const ofRemote = ['verify', 'd', '--remote', 'backup'] as const
    await workspace.json('data', 'push', 'd', '--remote', 'backup')
    await flipBit(join(workspace.folder, '.git/backup', key))
    const removed = await workspace.run('data', ...ofRemote, '--repair')
    assert.deepEqual([removed.exitCode, /\.dir is damaged; removed\n/.test(removed.stdout)], [1, true])
    await workspace.json('data', 'push', 'd', '--remote', 'backup')
    assert.equal((await workspace.run('data', ...ofRemote)).exitCode, 0)
    await flipBit(path)
    await rm(join(workspace.folder, '.git/backup'), { recursive: true })
    const refused = await workspace.run('data', 'push', 'd', '--remote', 'backup')
    assert.deepEqual([refused.exitCode, /is damaged/.test(refused.stderr)], [4, true])
    await workspace.run('data', 'verify', '--repair')
    await workspace.json('data', 'add', 'd')
  })

  it('says by words and exit code what it was not given, or what is not there', async () => {
    for (const [words, exitCode, pattern] of [
      ['restore d', 2, /Give one of --rev REV, --run RUN and --model/],
      ['restore d --rev a --run b', 2, /Give one of/],
      ['restore d --model digits', 2, /NAME@ALIAS or NAME\/VERSION/],
      ['restore d --model digits@none', 3, /There is no digits@none/],
      ['restore d --rev nowhere', 3, /no commit “nowhere”/],
      ['restore x --rev HEAD', 3, /has no version of x/],
      ['rollback d', 2, /Give --to REV/],
      ['log ../x', 2, /is no place for data/],
      ['log -n none', 2, /expected a number/],
      ['diff nowhere d', 2, /"nowhere" is no commit/],
      ['gc --older-than soon', 2, /expected a time/],
      ['gc --remote none', 3, /no remote "none"/],
      ['verify x', 3, /No \.dvc file stands for x/],
      ['resolve d', 3, /no two versions of d\.dvc/],
      ['resolve d a', 2, /--ours, --theirs, --both, --file MERGED or --extract/],
      ['resolve d a --ours --file b', 2, /one of --ours and --file/],
      ['resolve d a b --extract', 2, /takes one FILE/],
      ['resolve d --ours --dry-run', 2, /decides nothing/],
      ['git-hook pre-commit', 2, /is no hook/],
      ['move d .git/x', 2, /is no place for data/],
      ['remove x', 3, /No \.dvc file stands for x/],
    ] as const) {
      const finished = await workspace.run('data', ...words.split(' '))
      assert.equal(finished.exitCode, exitCode, `${words}: ${finished.stdout}${finished.stderr}`)
      assert.match(finished.stderr, pattern, words)
    }
    const again = await workspace.run('init')
    assert.deepEqual([again.exitCode, /is there already/.test(again.stderr)], [1, true])
  })

  it('says that git is missing where it is needed, and works without it where it is not', async () => {
    const tools = join(workspace.folder, '.runwright', 'tools')
    await mkdir(tools, { recursive: true })
    await symlink(process.execPath, join(tools, 'node'))
    for (const words of ['log', 'diff', 'gc', 'rollback d --to HEAD', 'hooks install']) {
      const { exitCode, stderr } = await workspace.start(['data', ...words.split(' ')], { PATH: tools }).finished
      assert.deepEqual([exitCode, /git is not installed/.test(stderr)], [1, true], `${words}: ${stderr}`)
    }
    const { exitCode, stderr } = await workspace.start(['data', 'lock', 'd'], { PATH: tools }).finished
    assert.equal(exitCode, 0, stderr)
  })
})
