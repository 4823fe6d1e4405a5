import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Attempt, AttemptKey, ComputeTarget, JobHandle, TargetStatus } from '../../src/compute/target.ts'
import type { JobSpec } from '../../src/protocol/jobs.ts'

const command: Omit<JobSpec, 'command'> = {
  workingDirectory: '.',
  params: [],
  env: {},
  secrets: [],
  resources: {},
  target: 'far',
  priority: 0,
  retries: 0,
  isIsolated: true,
}

export function createAttempt(words: readonly string[], more: Partial<Attempt>): Attempt {
  const spec = { ...command, command: words }
  // SAFETY: 32 hex digits and a number, as the type says.
  const key = `${randomBytes(16).toString('hex')}-1` as AttemptKey
  return { key, spec, workspace: '/nowhere', env: {}, secrets: {}, gpus: [], ...more }
}

/** A test that waits for what does not come ends before its servers are taken from it. */
const patienceMs = 45_000

export async function end(target: ComputeTarget, handle: JobHandle): Promise<TargetStatus & { state: 'ended' }> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const [status] = await target.status([handle]).catch(() => [])
    if (status?.state === 'ended') return status
    assert.notEqual(status?.state, 'gone')
    assert(performance.now() < deadline, `It did not end: ${JSON.stringify(status)}`)
    await delay(100)
  }
}

export async function readAll(target: ComputeTarget, handle: JobHandle): Promise<string> {
  return Buffer.from(await target.readLog(handle, 0, 1 << 20)).toString()
}

export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isTrue())) {
    assert(performance.now() < deadline, 'It did not come true.')
    await delay(50)
  }
}

export async function listCommandLines(): Promise<string> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return lines.join('\n')
}

export async function readTree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'utf8')))
}
