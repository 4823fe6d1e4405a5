import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { followJob } from '../../src/client/follow-job.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { Job } from '../../src/protocol/jobs.ts'
import { findTag } from '../../src/protocol/runs.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { retry } from '../../src/supervisor/retry.ts'

const lineCount = 150

/** Says that it has run, prints its lines over half a second or so, and ends with a code of its own. */
const script = `
echo $RUNWRIGHT_ATTEMPT >> "$2/ran-$1"
i=0; while [ $i -lt ${lineCount} ]; do i=$((i+1)); echo "job $1 line $i"; sleep 0.00$(($1 % 7)); done
exit $(($1 % 3))
`

/** A job that tells of its run in a file of a folder, its output as it came, and the job as it ended. */
export interface CountedJob {
  readonly index: number
  readonly folder: string
  output: string
  readonly ended: Promise<Job>
}

/** Launches one and follows it, over as many ends of the engine as there are. */
export async function launchCounted(
  client: Client,
  index: number,
  { folder, target = 'local', patienceMs }: { folder: string; target?: string; patienceMs: number },
): Promise<CountedJob> {
  const { job } = await retry(
    () =>
      client.call('jobs/launch', {
        key: `job ${index}`,
        experiment: 'kill',
        spec: { ...plainSpec, target, command: ['sh', '-c', script, 'sh', String(index), folder] },
      }),
    60_000,
  )
  const counted = { index, folder, output: '' }
  const print = (bytes: Uint8Array) => void (counted.output += Buffer.from(bytes).toString())
  const ended = retry(() => followJob(client, job, { print }, AbortSignal.timeout(patienceMs)), 60_000)
  ended.catch(() => undefined)
  return Object.assign(counted, { ended })
}

/** Asserts that it ran once, with its whole output, and that job and run ended as its command did. */
export async function assertCounted(client: Client, counted: CountedJob): Promise<void> {
  const job = await counted.ended
  const { index, folder, output } = counted
  const code = index % 3
  const where = `job ${index} on ${job.spec.target}`
  assert.deepEqual([job.status, job.reason], [code === 0 ? 'finished' : 'failed', `exit code ${code}`], where)
  const lines = Array.from({ length: lineCount }, (_, line) => `job ${index} line ${line + 1}\n`)
  assert.equal(output, lines.join(''), `output of ${where}`)
  assert.equal(await readFile(join(folder, `ran-${index}`), 'utf8'), '1\n', `${where} ran once`)
  const { run } = await client.call('runs/get', { runId: job.runId })
  assert.deepEqual([run.status, findTag(run, tagNames.exitCode)], [code === 0 ? 'FINISHED' : 'FAILED', String(code)])
}
