import { findJob } from '../../client/find-job.ts'
import { defineCliCommand } from '../command.ts'
import { formatGpuHours } from '../job-details.ts'
import { listJobs, readLimit } from '../read-job-list.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'jobs gpu-hours',
  summary: 'Shows for how long each job had GPUs, and how much of that they were computing or idle.',
  details: `Without JOB it is about the newest jobs that asked for GPUs. The utilization is the one that is sampled every ten
seconds and logged on the run as system/gpu_0_utilization_percentage and so on; time without a sample is unmeasured.`,
  example: 'runwright jobs gpu-hours --experiment digits',
  options: {
    experiment: { type: 'string', short: 'e', value: 'NAME', summary: 'Only of this experiment' },
    limit: { type: 'string', short: 'n', value: 'COUNT', summary: 'Of the newest this many jobs. Default: 20' },
  },
  operands: { usage: 'JOB…', min: 0, max: 1000 },
  async run(context, { options, operands, json, workspace }) {
    const limit = readLimit('jobs gpu-hours', options.limit)
    await using client = await context.connect(workspace)
    const listed =
      operands.length > 0
        ? await Promise.all(operands.map((text) => findJob(client, text)))
        : (await listJobs(client, limit, options)).jobs
    const jobs = operands.length > 0 ? listed : listed.filter(({ spec }) => (spec.resources.gpus ?? 0) > 0)
    const { jobs: hours } = await client.call('jobs/gpu-hours', { jobIds: jobs.map(({ jobId }) => jobId) })
    const named = hours.map((own, at) => ({ ...own, runId: jobs[at]?.runId, name: jobs[at]?.name }))
    if (json) context.stdout.write(toJson({ jobs: named }))
    else if (jobs.length === 0) context.stdout.write('No job has asked for a GPU.\n')
    else context.stdout.write(formatGpuHours(jobs, hours, context.stdout.columns))
  },
})
