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
