import { findJob } from '../../client/find-job.ts'
import { defineCliCommand } from '../command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'jobs promote',
  summary: 'Puts a queued job before all others.',
  example: 'runwright jobs promote 3f2a91c0',
  options: {},
  operands: { usage: 'JOB', min: 1, max: 1 },
  async run(context, { operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const { jobId } = await findJob(client, text)
    const { job } = await client.call('jobs/promote', { jobId })
    context.stdout.write(json ? toJson({ job }) : `Job ${printable(job.name)} (${jobId}) goes first.\n`)
  },
})
