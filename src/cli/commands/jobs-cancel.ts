import { findJob } from '../../client/find-job.ts'
import { followJob } from '../../client/follow-job.ts'
import { hasJobEnded, type Job } from '../../protocol/jobs.ts'
import { defineCliCommand } from '../command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'jobs cancel',
  summary: 'Ends jobs, whether they wait or run.',
  details: 'A running command gets SIGTERM, and SIGKILL after 10 seconds.',
  example: 'runwright jobs cancel 3f2a91c0 --wait',
  options: { wait: { type: 'boolean', summary: 'Return only when they have ended' } },
  operands: { usage: 'JOB…', min: 1, max: Infinity },
  async run(context, { options, operands, json, workspace }) {
    await using client = await context.connect(workspace)
    const found = await Promise.all(operands.map((text) => findJob(client, text)))
    const jobs: Job[] = []
    for (const { jobId } of found) jobs.push((await client.call('jobs/cancel', { jobId })).job)
    const print = () => {}
    const ended = options.wait
      ? await Promise.all(jobs.map((job) => followJob(client, job, { print }, context.signal)))
      : jobs
    if (json) return void context.stdout.write(toJson({ jobs: ended }))
    for (const job of ended) {
      const sentence = hasJobEnded(job.status) ? `is ${job.status}` : 'was asked to end'
      context.stdout.write(`Job ${printable(job.name)} (${job.jobId}) ${sentence}.\n`)
    }
  },
})
