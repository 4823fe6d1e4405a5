import { findJob } from '../../client/find-job.ts'
import { printLog } from '../../client/follow-job.ts'
import { defineCliCommand } from '../command.ts'
import { followToEnd } from '../follow-to-end.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'jobs logs',
  summary: 'Prints what a job has printed, of all of its attempts.',
  details: `With --follow it goes on until the job has ended, and exits as its command did. With --json and without
--follow the output is text in the object, beside the job.`,
  example: 'runwright jobs logs 3f2a91c0 --follow',
  options: { follow: { type: 'boolean', short: 'f', summary: 'Go on until the job has ended' } },
  operands: { usage: 'JOB', min: 1, max: 1 },
  async run(context, { options, operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const job = await findJob(client, text)
    if (options.follow) return await followToEnd(context, client, job, { json, say: () => {} })
    if (json) {
      const pieces: Uint8Array[] = []
      const { isComplete } = await printLog(client, job.jobId, 0, (bytes) => void pieces.push(bytes))
      context.stdout.write(toJson({ job, output: Buffer.concat(pieces).toString(), isComplete }))
      return 0
    }
    await printLog(client, job.jobId, 0, (bytes) => void context.stdout.write(bytes))
    return 0
  },
})
