import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import type { Attempt, ComputeTarget, JobHandle } from '../../src/compute/target.ts'
import type { JobResources } from '../../src/protocol/jobs.ts'
import { createAttempt, createKey, createSpec, end, getStatus, printed, readAll, until } from './attempts.ts'
import { listCommandLines } from './processes.ts'

/** A real place, with what the suite has to know of it. */
export interface TargetPlace extends AsyncDisposable {
  /** A target object of its own over the same place, as an engine that has started anew has it. */
  open(): Promise<ComputeTarget>
  readonly workspace: string
  /** The text of all files that the place has written, wherever it keeps any. */
  readFiles(): Promise<string>
  /** Whether it enforces `memoryBytes`. */
  readonly limitsMemory: boolean
  /** Makes the next attempts wait, where a place has a queue of its own. */
  occupy?(): Promise<AsyncDisposable>
}

/**
 * What every compute target does, shown on the real thing: commands run on this machine, whatever leads to them.
 *
 * @param skip why the place cannot be had here
 */
export function computeTargetContract(
  name: string,
  openPlace: () => Promise<TargetPlace>,
  skip: string | false = false,
): void {
  describe(`compute target ${name}`, { skip }, () => {
    let place: TargetPlace
    let target: ComputeTarget
    before(async () => {
      place = await openPlace()
      target = await place.open()
    })
    after(async () => {
      await target[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    })
    const shell = (script: string, more: Partial<Attempt> = {}) => createAttempt(script, place.workspace, more)
    const limited = (script: string, resources: JobResources) =>
      shell(script, { spec: createSpec(['sh', '-c', script], { resources }) })

    it('runs a command with its arguments and variables, and keeps what it prints', async () => {
      const spec = createSpec(['printf', '%s|', 'two words', "it's", '', '$HOME *', 'ünï\n"x"'], {})
      const handle = await target.submit({ ...shell(''), spec })
      const { exit, startedAt = 0 } = await end(target, handle)
      assert.deepEqual([exit.exitCode, exit.signal, exit.cause], [0, null, 'exited'])
      assert(startedAt > 1.5e12 && exit.endedAt >= startedAt)
      assert.equal(await readAll(target, handle), 'two words|it\'s||$HOME *|ünï\n"x"|')

      const both = shell('echo "$GREETING"; echo err >&2', { env: { GREETING: "it's\n$x" } })
      const other = await target.submit(both)
      await end(target, other)
      assert.equal(await readAll(target, other), "it's\n$x\nerr\n")
    })

    it('tells exit codes and signals apart', async () => {
      const scripts = ['exit 3', 'exit 137', 'kill -KILL $$', 'kill -SEGV $$', 'kill -TERM $$', 'nosuchprogram']
      const handles = await Promise.all(scripts.map((script) => target.submit(shell(script))))
      const exits = await Promise.all(handles.map((handle) => end(target, handle)))
      assert.deepEqual(
        exits.map(({ exit }) => exit.signal ?? exit.exitCode),
        [3, 137, 'SIGKILL', 'SIGSEGV', 'SIGTERM', 127],
      )
      assert(exits.every(({ exit }) => exit.cause === 'exited'))
    })

    it('gives the output by offsets while the command runs, none of it lost or doubled', async () => {
      const attempt = shell('for i in $(seq 1 40); do printf "%0200d\\n" $i; sleep 0.02; done')
      const handle = await target.submit(attempt)
      const parts: Uint8Array[] = []
      let size = 0
      let readings = 0
      const read = async () => {
        const part = await target.readLog(handle, size, 701)
        if (part.length === 0) return false
        assert(part.length <= 701)
        parts.push(part)
        size += part.length
        readings++
        return true
      }
      while ((await getStatus(target, handle)).state !== 'ended') await read()
      assert(readings > 0, 'Nothing could be read while it ran.')
      while (await read());
      const lines = Array.from({ length: 40 }, (_, index) => `${String(index + 1).padStart(200, '0')}\n`)
      assert.equal(Buffer.concat(parts).toString(), lines.join(''))
    })

    it('tells those who watch of a start, of output and of an end', async () => {
      const told: (JobHandle | undefined)[] = []
      using _watching = target.watch((handle) => told.push(handle))
      const isTold = (handle: JobHandle) =>
        target.pollMs > 0 || told.some((each) => each === handle || each === undefined)
      const handle = await target.submit(
        shell('until [ -e "$GO" ]; do sleep 0.05; done; echo out; sleep 0.5', { env: { GO: `/tmp/${createKey()}` } }),
      )
      await until(async () => isTold(handle) && (await getStatus(target, handle)).state === 'running')
      told.length = 0
      await target.cancel(handle)
      await until(() => isTold(handle))
      await end(target, handle)
    })

    it('answers for many in one question, in the order asked, those it does not know too', async () => {
      const ended = await target.submit(shell('exit 7'))
      await end(target, ended)
      const running = await target.submit(shell('echo on; sleep 60'))
      await printed(target, running, 'on')
      const unknown = createKey()
      const statuses = await target.status([running, unknown, ended, running])
      assert.deepEqual(
        statuses.map(({ state }) => state),
        ['running', 'gone', 'ended', 'running'],
      )
      assert.deepEqual(await target.status([]), [])
      await target.cancel(running)
      await end(target, running)
    })

    it('cancels a running command with all its children, however deep and in whatever session', async () => {
      const mark = `${randomInt(100_000, 999_999)}`
      const script = `sleep ${mark}1 & (sleep ${mark}2 & sleep ${mark}3) & setsid sleep ${mark}4 & echo on; wait`
      const handle = await target.submit(shell(script))
      await printed(target, handle, 'on')
      const find = async () => (await listCommandLines()).filter((line) => line.startsWith(`sleep ${mark}`))
      await until(async () => (await find()).length === 4)
      await target.cancel(handle)
      const { exit } = await end(target, handle)
      assert.deepEqual([exit.cause, exit.signal], ['cancelled', 'SIGTERM'])
      assert.deepEqual(await find(), [])
      // It is over: nothing changes any more.
      await target.cancel(handle)
      assert.deepEqual((await end(target, handle)).exit, exit)
    })

    it('kills a command that does not listen, ten seconds after it was asked to end', async () => {
      const script = 'trap "echo asked" TERM; echo on; while :; do sleep 0.1; done'
      const handle = await target.submit(shell(script))
      await printed(target, handle, 'on')
      const askedAt = Date.now()
      await target.cancel(handle)
      await printed(target, handle, 'asked')
      const { exit } = await end(target, handle)
      assert.deepEqual([exit.cause, exit.signal], ['cancelled', 'SIGKILL'])
      const seconds = (exit.endedAt - askedAt) / 1000
      assert(seconds > 9 && seconds < 20, `It was killed after ${seconds} s.`)
    })

    it('ends a command that takes longer than it may', async () => {
      const handle = await target.submit(limited('echo on; sleep 60', { timeLimitSeconds: 1 }))
      const { exit, startedAt = 0 } = await end(target, handle)
      assert.equal(exit.cause, 'time-limit')
      assert(exit.endedAt - startedAt >= 900)
      assert.equal(await readAll(target, handle), 'on\n')
    })

    it('ends a command that takes more memory than it may, and says so', async (test) => {
      if (!place.limitsMemory) return test.skip('the place limits no memory')
      const script = `echo on; python3 -c 'import time; held = b"x" * (400 << 20); time.sleep(30)'`
      const handle = await target.submit(limited(script, { memoryBytes: 100 << 20 }))
      const { exit } = await end(target, handle)
      assert.equal(exit.cause, 'out-of-memory')
    })

    it('passes a wish for a checkpoint on to those who listen, and hurts nobody else', async () => {
      const script = `sleep 60 & trap 'echo saved; kill $!; exit 0' USR1; echo on; wait`
      const handle = await target.submit(shell(script))
      await printed(target, handle, 'on')
      await target.requestCheckpoint(handle)
      assert.equal((await end(target, handle)).exit.exitCode, 0)
      assert.equal(await readAll(target, handle), 'on\nsaved\n')

      const deaf = await target.submit(shell('echo on; sleep 1; echo done'))
      await printed(target, deaf, 'on')
      await target.requestCheckpoint(deaf)
      assert.equal((await end(target, deaf)).exit.exitCode, 0)
      assert.equal(await readAll(target, deaf), 'on\ndone\n')
    })

    it('runs nothing twice under one key, at once or one after the other', async () => {
      const attempt = shell('echo once; sleep 0.3')
      const other = await place.open()
      const answers = await Promise.allSettled([target.submit(attempt), other.submit(attempt)])
      assert(answers.some(({ status }) => status === 'fulfilled'))
      await other[Symbol.asyncDispose]()
      const handle = await target.find(attempt.key)
      assert(handle !== undefined)
      const { exit } = await end(target, handle)
      await target.submit(attempt).catch(() => undefined)
      assert.deepEqual((await end(target, handle)).exit, exit)
      assert.equal(await readAll(target, handle), 'once\n')
    })

    it('finds by its key what was submitted and whose answer got lost, by another object too', async () => {
      const attempt = shell('echo on; sleep 60')
      assert.equal(await target.find(attempt.key), undefined)
      const handle = await target.submit(attempt)
      const next = await place.open()
      try {
        assert.equal(await next.find(attempt.key), handle)
        await printed(next, handle, 'on')
        assert.equal((await getStatus(next, handle)).state, 'running')
        await next.cancel(handle)
        assert.equal((await end(next, handle)).exit.cause, 'cancelled')
        assert.equal(await next.find(attempt.key), handle)
      } finally {
        await next[Symbol.asyncDispose]()
      }
    })

    it('cancels what waits before it begins', async (test) => {
      if (place.occupy === undefined) return test.skip('nothing waits in this place')
      const attempt = shell('echo ran')
      {
        await using _occupied = await place.occupy()
        const handle = await target.submit(attempt)
        assert.equal((await getStatus(target, handle)).state, 'waiting')
        await target.cancel(handle)
        assert.equal((await end(target, handle)).exit.cause, 'cancelled')
      }
      assert.equal(await readAll(target, attempt.key), '')
    })

    it('knows nothing any more of what it was told to forget', async () => {
      const handle = await target.submit(shell('echo on'))
      await end(target, handle)
      await target.forget(handle)
      await target.forget(handle)
      assert.deepEqual(await target.status([handle]), [{ state: 'gone' }])
    })

    it('has secrets in the environment of the command alone', async () => {
      const secret = `s3cr3t-${createKey()}'\n$x`
      const [first = ''] = secret.split('\n')
      const script = 'printf %s "$API_KEY" | wc -c; sleep 1; [ -n "$API_KEY" ]'
      const handle = await target.submit(shell(script, { secrets: { API_KEY: secret } }))
      await printed(target, handle, String(secret.length))
      const needle = first.slice(0, -1)
      assert.equal(
        (await listCommandLines()).some((line) => line.includes(needle)),
        false,
      )
      assert.equal((await place.readFiles()).includes(needle), false)
      assert.equal((await end(target, handle)).exit.exitCode, 0)
      assert.equal((await place.readFiles()).includes(needle), false)
    })
  })
}
