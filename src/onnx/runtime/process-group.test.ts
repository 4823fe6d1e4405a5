import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { openProcessGroup } from './process-group.ts'

/** A folder that looks like a system's tree, in which this process is in `/user/app/editor`. */
async function makeTree(enabled: string) {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-cgroup-'))
  const app = join(folder, 'tree/user/app')
  await mkdir(join(app, 'editor'), { recursive: true })
  for (const each of [app, join(folder, 'tree/user')]) await writeFile(join(each, 'cgroup.subtree_control'), enabled)
  await writeFile(join(folder, 'self'), '12:freezer:/old\n0::/user/app/editor\n')
  return {
    app,
    system: { tree: join(folder, 'tree'), self: join(folder, 'self') },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

describe('a group of processes', () => {
  it('is held to its limits, or says why this machine allows none', async () => {
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' })
    await once(child, 'spawn')
    const ended = once(child, 'exit')
    const group = await openProcessGroup({ cpus: 0.5, memoryBytes: 256 * 2 ** 20 })
    await group.add(child.pid ?? 0)
    const place = /^0::(\/.*)$/m.exec(await readFile(`/proc/${child.pid}/cgroup`, 'utf8').catch(() => ''))?.[1]
    const folder = join('/sys/fs/cgroup', place ?? '')
    if (group.refusal === undefined) {
      assert.match(folder, /\/runwright-[\w-]+$/)
      assert.equal((await readFile(join(folder, 'cpu.max'), 'utf8')).trim(), '50000 100000')
      assert.equal((await readFile(join(folder, 'memory.max'), 'utf8')).trim(), String(256 * 2 ** 20))
    } else {
      assert.match(group.refusal, /nothing was limited/)
      assert.doesNotMatch(folder, /runwright-/)
    }
    child.kill('SIGKILL')
    await ended
    await group[Symbol.asyncDispose]()
    assert.ok(group.refusal !== undefined || !existsSync(folder))
  })

  it('lies beside the one of this process, with the limits that were asked for', async () => {
    await using tree = await makeTree('cpu io memory pids\n')
    const group = await openProcessGroup({ cpus: 1.5, memoryBytes: 1000 }, tree.system)
    assert.equal(group.refusal, undefined)
    await group.add(4711)
    const [name = ''] = (await readdir(tree.app)).filter((entry) => entry.startsWith('runwright-'))
    const read = (file: string) => readFile(join(tree.app, name, file), 'utf8')
    assert.deepEqual(await Promise.all(['cpu.max', 'memory.max', 'memory.swap.max', 'cgroup.procs'].map(read)), [
      '150000 100000',
      '1000',
      '0',
      '4711',
    ])
  })

  it('switches no controller on, and says which are off', async () => {
    await using tree = await makeTree('memory pids\n')
    const group = await openProcessGroup({ cpus: 1 }, tree.system)
    assert.match(
      group.refusal ?? '',
      /the controllers cpu are off in .*nothing was limited|nothing was limited .*cpu are off/,
    )
    assert.deepEqual(await readdir(tree.app), ['cgroup.subtree_control', 'editor'])
    const memory = await openProcessGroup({ memoryBytes: 1000 }, tree.system)
    assert.equal(memory.refusal, undefined)
  })

  it('says that the controllers are those of version 1, where they are', async () => {
    await using tree = await makeTree('pids\n')
    await writeFile(tree.system.self, '4:memory:/a\n2:cpu,cpuacct:/\n0::/user/app/editor\n')
    const group = await openProcessGroup({ cpus: 1, memoryBytes: 1000 }, tree.system)
    assert.equal(group.refusal, 'This system has cpu and memory under cgroup v1, so nothing was limited.')
    await writeFile(tree.system.self, '2:cpuset:/\n0::/user/app/editor\n')
    assert.match((await openProcessGroup({ cpus: 1 }, tree.system)).refusal ?? '', /the controllers cpu are off/)
  })

  it('is none where nothing is to be limited, or there are no groups', async () => {
    assert.equal((await openProcessGroup({})).refusal, undefined)
    const nowhere = await openProcessGroup({ cpus: 1 }, { tree: '/nowhere', self: '/nowhere' })
    assert.equal(nowhere.refusal, 'This system has no cgroup v2, so nothing was limited.')
  })
})
