import { defineCommand } from '../command.ts'
import { askForSecrets } from '../jobs/ask-for-secrets.ts'
import { isJobElement } from '../jobs/element.ts'

export default defineCommand({
  id: 'runwright.retryJob',
  title: 'Retry Job',
  icon: '$(debug-restart)',
  view: 'jobs',
  appliesTo: String.raw`viewItem =~ /^job .*\bretryable\b/`,
  menu: 'inline',
  accepts: isJobElement,
  async run({ vscode, connections }, jobs) {
    const names = new Set(jobs.flatMap(({ job }) => job.spec.secrets))
    const secrets = await askForSecrets(vscode, [...names])
    if (secrets === undefined) return
    for (const { connectionId, job } of jobs) {
      const client = await connections.client(connectionId)
      const own = Object.fromEntries(job.spec.secrets.map((name) => [name, secrets[name] ?? '']))
      await client.call('jobs/retry', { jobId: job.jobId, ...(job.spec.secrets.length > 0 ? { secrets: own } : {}) })
    }
  },
})
