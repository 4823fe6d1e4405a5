import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { runProgram } from './run-program.ts'

describe('a program that is run to its end', { timeout: 300_000 }, () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-program-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const run = (code: string, signal = new AbortController().signal) =>
    runProgram({ file: process.execPath, args: ['-e', code], cwd: folder, env: process.env, signal })

  it('tells how it ended, and the last of what it said', async () => {
    const end = await run('console.log("a".repeat(9000)); console.error("the end"); process.exitCode = 3')
    assert.deepEqual([end.exitCode, end.signal, end.said.length < 4001], [3, null, true])
    assert.match(end.said, /the end|a$/)
    assert.equal((await run('process.kill(process.pid, "SIGKILL")')).signal, 'SIGKILL')
    const absent = {
      file: join(folder, 'absent'),
      args: [],
      cwd: folder,
      env: {},
      signal: new AbortController().signal,
    }
    await assert.rejects(runProgram(absent), { code: 'RESOURCE_DOES_NOT_EXIST', message: /absent cannot be started/ })
  })

  it('has ended when it was cancelled', async () => {
    const cancel = new AbortController()
    const pid = join(folder, 'pid')
    const running = run(
      `require('fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); setInterval(() => {}, 1000)`,
      cancel.signal,
    )
    let started = ''
    while (started === '') {
      started = await readFile(pid, 'utf8').catch(() => '')
      await delay(20)
    }
    cancel.abort()
    await assert.rejects(running, { code: 'CANCELLED' })
    assert.throws(() => process.kill(Number(started), 0), { code: 'ESRCH' })
    await assert.rejects(run('', cancel.signal), { code: 'CANCELLED' })
  })
})
