import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createTestWorkspace, engineCommand } from './engine-workspace.ts'
import { processEnd } from './process-end.ts'

describe('the engine of a workspace', () => {
  it('is one, when two clients start it at the same instant (10 times)', async () => {
    for (let round = 0; round < 10; round++) {
      await using workspace = await createTestWorkspace()
      const clients = await Promise.all([workspace.connect(), workspace.connect()])
      const statuses = await Promise.all(clients.map((client) => client.call('engine/status', {})))
      assert.equal(new Set(statuses.map(({ pid }) => pid)).size, 1)
      assert.equal(workspace.engineFile().pid, statuses[0]?.pid)
      for (const client of clients) await client[Symbol.asyncDispose]()
    }
  })

  it('goes on when the client that started it has gone, and is found by the next', async () => {
    await using workspace = await createTestWorkspace()
    const first = await workspace.connect()
    const { pid } = await first.call('engine/status', {})
    await first[Symbol.asyncDispose]()
    await using second = await workspace.connect()
    assert.equal((await second.call('engine/status', {})).pid, pid)
  })

  it('says where it is in a file that only its user may read', async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect()
    const status = await client.call('engine/status', {})
    assert.equal((await stat(workspace.enginePath)).mode & 0o777, 0o600)
    assert.deepEqual(await client.tracking(), { uri: status.trackingUri, token: workspace.engineFile().token })
    assert.equal(status.workspace, workspace.path)
  })

  it('comes back at the same address after a stop', async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect()
    const before = workspace.engineFile()
    await client.call('engine/stop', {})
    const status = await client.call('engine/status', {})
    const after = workspace.engineFile()
    assert.notEqual(after.pid, before.pid)
    assert.equal(status.pid, after.pid)
    assert.deepEqual([after.port, after.token], [before.port, before.token])
  })

  it('stops when it is idle, and starts again at the next call', async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect({ command: engineCommand('--idle-minutes', '0.002') })
    const { pid } = await client.call('engine/status', {})
    await processEnd(pid)
    assert.notEqual((await client.call('engine/status', {})).pid, pid)
  })

  it('does not stop while somebody listens to it', async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect({ command: engineCommand('--idle-minutes', '0.002') })
    const { pid } = await client.call('engine/status', {})
    const listening = new AbortController()
    const events = client.events(listening.signal)[Symbol.asyncIterator]()
    await events.next()
    const outcome = await Promise.race([processEnd(pid), new Promise((resolve) => setTimeout(resolve, 600, 'runs'))])
    assert.equal(outcome, 'runs')
    listening.abort()
    await processEnd(pid)
  })

  it('writes nothing through a link that came with the repository', async (t) => {
    await using workspace = await createTestWorkspace()
    const elsewhere = await mkdtemp(join(tmpdir(), 'runwright-elsewhere-'))
    t.after(() => rm(elsewhere, { recursive: true, force: true }))
    await symlink(elsewhere, join(workspace.path, '.runwright'))
    const git = (...args: string[]) => promisify(execFile)('git', args, { cwd: workspace.path })
    await git('init', '--quiet')
    await git('add', '.runwright')
    await assert.rejects(workspace.connect(), { code: 'STORAGE_READ_ONLY', message: /is kept in git/ })
    assert.deepEqual(await readdir(elsewhere), [])

    await git('rm', '--quiet', '--cached', '.runwright')
    await using client = await workspace.connect()
    assert.equal((await client.call('engine/status', {})).workspace, workspace.path)
  })
})
