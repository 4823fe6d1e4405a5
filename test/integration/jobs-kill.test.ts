import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { followJob } from '../../src/client/follow-job.ts'
import type { Client } from '../../src/protocol/client.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import type { Job } from '../../src/protocol/jobs.ts'
import { findTag } from '../../src/protocol/runs.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { retry } from '../../src/supervisor/retry.ts'
import { createTestWorkspace, engineCommand } from './engine-workspace.ts'

const jobCount = 40
const killCount = 8
const lineCount = 150

/** Says that it has run, prints its lines over half a second or so, and ends with a code of its own. */
const script = `
echo $RUNWRIGHT_ATTEMPT >> ran-$1
i=0; while [ $i -lt ${lineCount} ]; do i=$((i+1)); echo "job $1 line $i"; sleep 0.00$(($1 % 7)); done
exit $(($1 % 3))
`

describe('kill -9 of an engine with jobs', { timeout: 240_000 }, () => {
  it(`runs each of ${jobCount} jobs once, with its whole output and its right end (${killCount} kills)`, async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect({ command: engineCommand() })
    const printed = new Map<string, string>()
    const followed: Promise<Job>[] = []
    const killing = killAgain(workspace.engineFile)
    for (let index = 0; index < jobCount; index++) {
      const job = await launch(client, index)
      const print = (bytes: Uint8Array) =>
        void printed.set(job.jobId, (printed.get(job.jobId) ?? '') + Buffer.from(bytes).toString())
      followed.push(retry(() => followJob(client, job, { print }, AbortSignal.timeout(200_000)), 60_000))
      await delay(40)
    }
    await killing
    const jobs = await Promise.all(followed)
    for (const [index, job] of jobs.entries()) {
      const lines = Array.from({ length: lineCount }, (_, line) => `job ${index} line ${line + 1}\n`)
      assert.equal(printed.get(job.jobId), lines.join(''), `output of job ${index}`)
      const code = index % 3
      assert.deepEqual([job.status, job.reason], [code === 0 ? 'finished' : 'failed', `exit code ${code}`])
      assert.equal(await readFile(join(workspace.path, `ran-${index}`), 'utf8'), '1\n', `job ${index} ran once`)
      const { run } = await client.call('runs/get', { runId: job.runId })
      assert.deepEqual(
        [run.status, findTag(run, tagNames.exitCode)],
        [code === 0 ? 'FINISHED' : 'FAILED', String(code)],
      )
    }
    assert.equal((await client.call('jobs/list', { isLive: true })).total, 0)
  })
})

/** At moments of any kind: while jobs are launched, run and end. */
async function killAgain(engineFile: () => { pid: number }): Promise<void> {
  for (let kill = 0; kill < killCount; kill++) {
    await delay(150 + 97 * ((kill * 5) % killCount))
    try {
      process.kill(engineFile().pid, 'SIGKILL')
    } catch {
      // The next one is not there yet.
    }
  }
}

async function launch(client: Client, index: number): Promise<Job> {
  const { job } = await retry(
    () =>
      client.call('jobs/launch', {
        key: `job ${index}`,
        experiment: 'kill',
        spec: { ...plainSpec, command: ['sh', '-c', script, 'sh', String(index)] },
      }),
    60_000,
  )
  return job
}
