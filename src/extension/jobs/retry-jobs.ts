import type { Job } from '../../protocol/jobs.ts'
import type { CommandContext } from '../context.ts'
import { askForSecrets } from './ask-for-secrets.ts'

/** Tries jobs again, with values for all of their secrets; nothing happens when a box that asks for one is left. */
export async function retryJobs(
  { vscode, connections }: Pick<CommandContext, 'vscode' | 'connections'>,
  jobs: readonly { readonly connectionId: string; readonly job: Job }[],
): Promise<void> {
  const names = new Set(jobs.flatMap(({ job }) => job.spec.secrets))
  const secrets = await askForSecrets(vscode, [...names])
  if (secrets === undefined) return
  for (const { connectionId, job } of jobs) {
    const client = await connections.client(connectionId)
    const own = Object.fromEntries(job.spec.secrets.map((name) => [name, secrets[name] ?? '']))
    await client.call('jobs/retry', { jobId: job.jobId, ...(job.spec.secrets.length > 0 ? { secrets: own } : {}) })
  }
}
