import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attempt, AttemptKey, ComputeTarget, JobHandle, TargetStatus } from '../../src/compute/target.ts'
import type { JobSpec } from '../../src/protocol/jobs.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'

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

export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isTrue())) {
    assert(performance.now() < deadline, 'It did not come true.')
    await delay(20)
  }
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
