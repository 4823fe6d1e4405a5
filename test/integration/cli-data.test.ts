import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createTestDataRepository } from '../../src/data/test-repository.ts'
import { runCli } from './run-cli.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')

describe('runwright data on the command line', () => {
  it('adds, tells the state, commits and checks out, with exit codes and JSON', async () => {
    await using repository = await createTestDataRepository()
    const { root } = repository
    const run = (...args: string[]) => runCli(root, 'data', ...args)
    await repository.write({ 'data/a': 'a', 'data/b': 'b' })

    const added = await run('add', join(root, 'data'), '--json')
    assert.equal(added.exitCode, 0, added.stderr)
    assert.deepEqual(JSON.parse(added.stdout).added[0].fileCount, 2)
    const clean = await run('status', '--exit-code')
    assert.deepEqual([clean.exitCode, clean.stdout], [0, 'The data is what its .dvc files say.\n'])

    await repository.write({ 'data/a': 'changed', 'data/c': 'c' })
    const changed = await run('status', '--exit-code')
    assert.equal(changed.exitCode, 1)
    assert.match(changed.stdout, /data: changed/)
    assert.match(changed.stdout, /added: data\/c/)
    assert.equal((await run('status')).exitCode, 0)
    const { outs } = JSON.parse((await run('status', '--json')).stdout)
    assert.deepEqual(outs[0].changed, { paths: ['data/a'], count: 1 })

    const refused = await run('checkout', '--json')
    assert.equal(refused.exitCode, 1)
    assert.equal(JSON.parse(refused.stderr).error_code, 'RESOURCE_CONFLICT')
    assert.match((await run('commit')).stdout, /^data: 9 B\n$/)
    assert.match((await run('commit')).stdout, /^data: as it was\n$/)
    await rm(join(root, 'data'), { recursive: true })
    assert.match((await run('checkout')).stdout, /^data: 3 added\n$/)
    assert.equal(await repository.read('data/a'), 'changed')
  })

  it('says what is wrong by the exit code', async () => {
    await using repository = await createTestDataRepository()
    assert.equal((await runCli(repository.root, 'data', 'add')).exitCode, 2)
    assert.equal((await runCli(repository.root, 'data', 'add', join(repository.root, 'nothing'))).exitCode, 3)
    assert.equal((await runCli(repository.root, 'data', 'add', '/etc/hostname')).exitCode, 2)
    await rm(join(repository.root, '.dvc'), { recursive: true })
    const { exitCode, stderr } = await runCli(repository.root, 'data', 'status')
    assert.equal(exitCode, 3)
    assert.match(stderr, /runwright init/)
  })

  it('is cancelled by Ctrl-C, and the next command goes on', async () => {
    await using repository = await createTestDataRepository()
    const { root } = repository
    await writeFile(join(root, 'big'), Buffer.alloc(256 << 20))
    const child = spawn(process.execPath, [main, 'data', 'add', 'big'], { cwd: root, stdio: 'ignore' })
    const isWriting = () => readdir(join(root, '.dvc/cache/runwright/new')).then((names) => names.length > 0)
    while (!(await isWriting().catch(() => false))) await delay(5)
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    assert.equal(code, 130)
    assert.equal(await isWriting(), false)
    assert.equal(existsSync(join(root, 'big.dvc')), false)
    const again = await runCli(root, 'data', 'add', join(root, 'big'))
    assert.equal(again.exitCode, 0, again.stderr)
  })
})
