import { findJob } from '../../client/find-job.ts'
import { defineCliCommand } from '../command.ts'
import { readSecrets } from '../read-secrets.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'jobs retry',
  summary: 'Runs a job that has ended once more, in the same run.',
  details: `Secrets are not stored, so they are given again. A queued job that waits for its secrets, because the engine
was started anew, goes on with them.`,
  example: 'runwright jobs retry 3f2a91c0 --secret HF_TOKEN',
  options: {
    secret: { type: 'string', value: 'NAME', multiple: true, summary: 'A variable of yours that is not stored' },
  },
  operands: { usage: 'JOB', min: 1, max: 1 },
  async run(context, { options, operands: [text = ''], json, workspace }) {
    const secrets = readSecrets(options.secret, context.env)
    await using client = await context.connect(workspace)
    const { jobId } = await findJob(client, text)
    const { job } = await client.call('jobs/retry', { jobId, secrets })
    context.stdout.write(json ? toJson({ job }) : `Job ${printable(job.name)} (${jobId}) is queued again.\n`)
  },
})
