import assert from 'node:assert/strict'
import { randomBytes, randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import type { Attempt, AttemptKey, ComputeTarget, JobHandle, TargetStatus } from '../../src/compute/target.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import type { JobSpec } from '../../src/protocol/jobs.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { until as waitUntil } from '../until.ts'

/** A test that waits for what does not come ends before its place is taken from it. */
const patienceMs = 45_000

export function createKey(): AttemptKey {
  return `${randomBytes(16).toString('hex')}-1`
}

export function createSpec(command: readonly string[], more: Partial<JobSpec> = {}): JobSpec {
  return { ...plainSpec, target: 'any', command, ...more }
}

/** An attempt that runs a piece of shell. */
export function createAttempt(script: string, workspace: string, more: Partial<Attempt> = {}): Attempt {
  const spec = createSpec(['sh', '-c', script])
  return { key: createKey(), spec, workspace, env: {}, secrets: {}, gpus: [], ...more }
}

export async function getStatus(target: ComputeTarget, handle: JobHandle): Promise<TargetStatus> {
  const [status] = await target.status([handle])
  assert(status)
  return status
}

export async function end(target: ComputeTarget, handle: JobHandle): Promise<TargetStatus & { state: 'ended' }> {
  let status: TargetStatus | undefined
  await until(async () => {
    status = await getStatus(target, handle)
    assert.notEqual(status.state, 'gone')
    return status.state === 'ended'
  })
  assert(status?.state === 'ended')
  return status
}

export async function readAll(target: ComputeTarget, handle: JobHandle): Promise<string> {
  return Buffer.from(await target.readLog(handle, 0, 1 << 24)).toString()
}

/** Resolves once the output holds a text. */
export async function printed(target: ComputeTarget, handle: JobHandle, text: string): Promise<string> {
  let output = ''
  await until(async () => {
    output = await readAll(target, handle)
    return output.includes(text)
  })
  return output
}

export function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  return waitUntil(isTrue, patienceMs)
}

/** As the engine does: after a submission that left doubt the attempt is looked for before it is submitted again. */
export async function submitOnce(target: ComputeTarget, attempt: Attempt): Promise<JobHandle> {
  for (;;) {
    try {
      return (await target.find(attempt.key)) ?? (await target.submit(attempt))
    } catch (error) {
      if (!(error instanceof RunwrightError) || error.code !== 'TEMPORARILY_UNAVAILABLE') throw error
      await delay(300)
    }
  }
}

/** What became of them, once all have ended or are gone, or at the deadline. */
export async function waitForAll(
  target: ComputeTarget,
  handles: readonly JobHandle[],
  deadlineMs: number,
): Promise<readonly TargetStatus[]> {
  const deadline = performance.now() + deadlineMs
  for (;;) {
    const statuses = await target.status(handles).catch(() => [])
    const isOver = ({ state }: TargetStatus) => state === 'ended' || state === 'gone'
    if ((statuses.length > 0 && statuses.every(isOver)) || performance.now() > deadline) return statuses
    await delay(500)
  }
}

/** Attempts that each leave a line in a file, print five lines over so many seconds, and end with code 0, 1 or 2. */
export function createCounted(count: number, file: string, workspace: string, seconds = 2): readonly Attempt[] {
  return Array.from({ length: count }, (_, index) => {
    const lines = `for i in 1 2 3 4 5; do echo $i; sleep ${seconds / 5}; done`
    return createAttempt(`echo ${index} >>"${file}"; ${lines}; exit ${index % 3}`, workspace)
  })
}

/** Asserts that each of them ran once, ended as it did, and lost and doubled nothing of its output. */
export async function assertCounted(
  target: ComputeTarget,
  handles: readonly JobHandle[],
  ends: readonly TargetStatus[],
  file: string,
): Promise<void> {
  const numbers = handles.map((_, index) => index)
  const exits = ends.map((status) => (status.state === 'ended' ? status.exit.exitCode : status.state))
  assert.deepEqual(
    exits,
    numbers.map((index) => index % 3),
  )
  const started = (await readFile(file, 'utf8')).trim().split('\n').map(Number)
  assert.deepEqual(
    started.sort((a, b) => a - b),
    numbers,
  )
  for (const handle of handles) assert.equal(await readAll(target, handle), '1\n2\n3\n4\n5\n')
}

/** Shows that a job goes on while its target cannot be reached, and that none of its output is lost or doubled. */
export async function checkOutputOver(
  target: ComputeTarget,
  workspace: string,
  cut: { readonly begin: () => Promise<void>; readonly end: () => Promise<void> },
): Promise<JobHandle> {
  const count = 12
  const script = `for i in $(seq ${count}); do echo line $i; sleep 0.25; done`
  const handle = await target.submit(createAttempt(script, workspace))
  const first = await target.readLog(handle, 0, 1000)
  await cut.begin()
  await assert.rejects(target.status([handle]), { code: 'TEMPORARILY_UNAVAILABLE' })
  await cut.end()
  const { exit } = await end(target, handle)

  assert.equal(exit.exitCode, 0)
  const rest = await target.readLog(handle, first.length, 1000)
  const lines = Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('')
  assert.equal(Buffer.concat([first, rest]).toString(), lines)
  return handle
}

/**
 * Shows that attempts of `createCounted` run once each while all that leads to them is killed, and that their ends are
 * known within half a minute after all is back.
 *
 * @param parts.kill kills until it is told that it is over; resolves to how often, when all is back
 */
export async function checkUnderKills(
  test: TestContext,
  target: ComputeTarget,
  parts: {
    readonly attempts: readonly Attempt[]
    readonly file: string
    readonly kill: (over: AbortSignal) => Promise<number>
    /** Milliseconds, at most so many, before each submission. */
    readonly pauseMs?: number
  },
): Promise<void> {
  const over = new AbortController()
  const killing = parts.kill(over.signal)
  const handles = await mapConcurrently(parts.attempts, 4, async (attempt) => {
    await delay(randomInt((parts.pauseMs ?? 0) + 1))
    return submitOnce(target, attempt)
  })
  over.abort()
  const kills = await killing
  const backAt = performance.now()
  const ends = await waitForAll(target, handles, 60_000)
  const seconds = (performance.now() - backAt) / 1000
  test.diagnostic(`${kills} kills; all ends were known ${seconds.toFixed(1)} s after the last`)
  await assertCounted(target, handles, ends, parts.file)
  assert(seconds < 30, `It took ${seconds} s.`)
}
