import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { assertCounted, type CountedJob, launchCounted } from './counted-jobs.ts'
import { createTestWorkspace, engineCommand } from './engine-workspace.ts'

const jobCount = 40
const killCount = 8

describe('kill -9 of an engine with jobs', { timeout: 300_000 }, () => {
  it(`runs each of ${jobCount} jobs once, with its whole output and its right end (${killCount} kills)`, async () => {
    await using workspace = await createTestWorkspace()
    await using client = await workspace.connect({ command: engineCommand() })
    const jobs: CountedJob[] = []
    const killing = killAgain(workspace.engineFile)
    for (let index = 0; index < jobCount; index++) {
      jobs.push(await launchCounted(client, index, { folder: workspace.path, patienceMs: 200_000 }))
      await delay(40)
    }
    await killing
    for (const job of jobs) await assertCounted(client, job)
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
