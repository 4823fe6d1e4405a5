import { findJob } from '../../client/find-job.ts'
import { defineCliCommand } from '../command.ts'
import { formatJob } from '../job-details.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'jobs show',
  summary: 'Shows all that is known of a job: command, resources, attempts, GPU hours, why it waits.',
  example: 'runwright jobs show calm-otter-42',
  options: {},
  operands: { usage: 'JOB', min: 1, max: 1 },
  async run(context, { operands: [text = ''], json, workspace }) {
    await using client = await context.connect(workspace)
    const job = await findJob(client, text)
    const hasGpus = (job.spec.resources.gpus ?? 0) > 0 || job.attempts.some(({ gpus = [] }) => gpus.length > 0)
    const [gpuHours] = hasGpus ? (await client.call('jobs/gpu-hours', { jobIds: [job.jobId] })).jobs : []
    context.stdout.write(json ? toJson({ job, gpuHours }) : formatJob(job, context.now(), gpuHours))
  },
})
