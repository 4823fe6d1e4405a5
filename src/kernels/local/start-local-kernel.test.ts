import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { until } from '../../../test/until.ts'
import { createMessageMaker } from '../session/message-maker.ts'
import { explainEnd } from './explain-end.ts'
import { createLocalKernel, type LocalPatience } from './start-local-kernel.ts'

const listener = { onMessage() {}, onEnd() {}, onSilence() {} }

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'runwright-kernel-'))))
afterEach(() => rmSync(folder, { recursive: true }))

function start(
  argv: readonly string[],
  { signal = new AbortController().signal, ...patience }: Partial<LocalPatience> & { signal?: AbortSignal } = {},
) {
  let count = 0
  const { make } = createMessageMaker({ randomId: () => String(count++), now: Date.now })
  return createLocalKernel({
    argv,
    isInterruptedByMessage: false,
    cwd: folder,
    env: process.env,
    connectionPath: join(folder, 'connection.json'),
    patience: { startMs: 30_000, interruptMs: 100, endMs: 1000, ...patience },
    makeRequest: make,
    onRefused: assert.fail,
  })(listener, signal)
}

/** A program in place of a kernel. */
const script = (code: string) => [process.execPath, '-e', code, '{connection_file}']
const writePid = 'require("node:fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)'

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a kernel that does not start', () => {
  it('says that its program is not there', async () => {
    await assert.rejects(start(['/nowhere/bin/python', '-m', 'ipykernel']), {
      code: 'INVALID_STATE',
      message: /could not be started.*nowhere/,
    })
  })

  it('says what its program has said last', async () => {
    await assert.rejects(start(script('console.error("one\\nno such library: libz"); process.exit(3)')), {
      message: /exit code 3: no such library: libz/,
    })
  })

  it('leaves no process and no key when it does not answer in time', async () => {
    const starting = start(script(writePid), { startMs: 1500 })
    await assert.rejects(starting, { code: 'TEMPORARILY_UNAVAILABLE', message: /within 1\.5 seconds/ })
    assert(!existsSync(join(folder, 'connection.json')))
    // On a slow machine it was ended before it wrote this.
    const pid = existsSync(join(folder, 'pid')) ? Number(readFileSync(join(folder, 'pid'), 'utf8')) : 0
    if (pid > 0) await until(() => !isAlive(pid))
  })

  it('leaves none either when nobody wants it any more; its key was for its user alone', async () => {
    const giveUp = new AbortController()
    const starting = start(script(writePid), { signal: giveUp.signal })
    void starting.catch(() => {})
    await until(() => existsSync(join(folder, 'pid')) && readFileSync(join(folder, 'pid'), 'utf8') !== '')
    assert.equal(statSync(join(folder, 'connection.json')).mode & 0o777, 0o600)
    giveUp.abort()
    await assert.rejects(starting, { code: 'CANCELLED' })
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    await until(() => !isAlive(pid))
  })
})

describe('the end of a kernel', () => {
  const end = { code: null, signal: null, said: '' }
  for (const [what, given, told] of [
    ['a lack of memory', { ...end, signal: 'SIGKILL' as const }, /too much memory/],
    ['a crash', { ...end, signal: 'SIGSEGV' as const }, /SIGSEGV.*native code/],
    [
      'a missing ipykernel',
      { ...end, code: 1, said: 'python: No module named ipykernel_launcher' },
      /pip install ipykernel/,
    ],
    [
      'too many objects of JavaScript',
      { ...end, signal: 'SIGABRT' as const, said: 'FATAL ERROR: Reached heap limit - JavaScript heap out of memory' },
      /max-old-space-size/,
    ],
    ['an exit', { ...end, code: 2 }, /exit code 2\.$/],
  ] as const) {
    it(`by ${what} is told`, () => assert.match(explainEnd(given, '/env/bin/python'), told))
  }
})
