import assert from 'node:assert/strict'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { parseScore } from './score-script.ts'
import { startScript } from './script-process.ts'

describe('a user’s script', { timeout: 300_000 }, () => {
  let folder: string
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'runwright-script-')))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  function start(program: string, { timeoutMs = 60_000, signal = new AbortController().signal } = {}) {
    const command = [process.execPath, '--input-type=module', '--eval', program]
    return startScript({ command, folder, timeoutMs, signal }, { RUNWRIGHT_ROLE: 'candidate' })
  }
  const waiting = 'setInterval(() => {}, 1e6)'
  async function appears(file: string): Promise<string> {
    for (;;) {
      const text = await readFile(join(folder, file), 'utf8').catch(() => '')
      if (text !== '') return text
      await wait(20)
    }
  }

  it('is given lines, its environment and its folder, and says the last line', async () => {
    const script = start(`
      let text = ''
      for await (const chunk of process.stdin) text += chunk
      console.log(text.split('\\n').length - 1, process.env.RUNWRIGHT_ROLE, process.cwd() === ${JSON.stringify(folder)})`)
    for (let line = 0; line < 5000; line++) await script.write('x'.repeat(200))
    assert.equal(await script.finish(), '5000 candidate true')
  })

  it('need not read what it is given', async () => {
    const script = start('console.log("{}")')
    for (let line = 0; line < 5000; line++) await script.write('x'.repeat(200))
    assert.equal(await script.finish(), '{}')
  })

  it('is told of by its own words when it fails, or cannot be started', async () => {
    await assert.rejects(start('console.error("no such column"); process.exit(3)').finish(), {
      code: 'BAD_REQUEST',
      message: /ended with 3\.\nno such column$/,
    })
    const absent = startScript(
      { command: ['no-such-program'], folder, timeoutMs: 1000, signal: new AbortController().signal },
      {},
    )
    await assert.rejects(absent.finish(), { code: 'BAD_REQUEST', message: /could not be started/ })
  })

  it('is stopped when its time is over, even while it reads nothing', async () => {
    const script = start(waiting, { timeoutMs: 300 })
    for (let line = 0; line < 5000; line++) await script.write('x'.repeat(200))
    await assert.rejects(script.finish(), { code: 'INVALID_STATE', message: /not done within 0\.3 s/ })
  })

  it('is cancelled with all that it has started', { skip: process.platform === 'win32' }, async () => {
    const cancel = new AbortController()
    const child = `import('node:fs').then((fs) => fs.writeFileSync('child', String(process.pid))); ${waiting}`
    const program = `
      import { spawn } from 'node:child_process'
      spawn(process.execPath, ['--eval', ${JSON.stringify(child)}], { stdio: 'inherit' })
      ${waiting}`
    const script = start(program, { signal: cancel.signal })
    const pid = Number(await appears('child'))
    cancel.abort()
    await assert.rejects(script.finish(), { code: 'CANCELLED' })
    const isThere = () => {
      try {
        process.kill(pid, 0)
        return true
      } catch {
        return false
      }
    }
    while (isThere()) await wait(20)
  })
})

it('a script gives one score, or one for each sample', () => {
  assert.deepEqual(parseScore('{"score": 0.5}', 3), { score: 0.5 })
  assert.deepEqual(parseScore('{"scores": [1, 0, 0.5]}', 3), { scores: [1, 0, 0.5] })
  for (const line of ['', 'accuracy 0.9', '[1]', '{"score": "0.9"}', '{"score": null}']) {
    assert.throws(() => parseScore(line, 3), { code: 'BAD_REQUEST', message: /its last line is/ }, line)
  }
  for (const scores of ['[1, 0]', '[1, 0, null]', '[1, 0, 1, 1]']) {
    assert.throws(() => parseScore(`{"scores": ${scores}}`, 3), { message: /there are 3 samples/ }, scores)
  }
})
