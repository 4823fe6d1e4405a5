import type { Job } from '../../protocol/jobs.ts'
import { findFolder } from '../connections/find-folder.ts'
import type { CommandContext } from '../context.ts'
import { askForSecrets } from './ask-for-secrets.ts'

/** Tries jobs again, with values for all of their secrets; nothing happens when a box that asks for one is left. */
export async function retryJobs(
  context: Pick<CommandContext, 'vscode' | 'connections' | 'jobSecrets'>,
  jobs: readonly { readonly connectionId: string; readonly job: Job }[],
): Promise<void> {
  const { connections } = context
  const asked = []
  for (const { connectionId, job } of jobs) {
    const folder = findFolder(connections, connectionId) ?? ''
    const secrets = await askForSecrets(context, folder, job.spec.secrets)
    if (secrets === undefined) return
    asked.push({ connectionId, job, secrets })
  }
  for (const { connectionId, job, secrets } of asked) {
    const client = await connections.client(connectionId)
    await client.call('jobs/retry', { jobId: job.jobId, ...(job.spec.secrets.length > 0 ? { secrets } : {}) })
  }
}
