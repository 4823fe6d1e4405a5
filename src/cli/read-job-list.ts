import type { Client } from '../protocol/client.ts'
import type { Methods } from '../protocol/methods.ts'
import { usageError } from './command.ts'

/** How many jobs are meant; 20 unless it is said. @throws INVALID_PARAMETER_VALUE */
export function readLimit(command: string, text: string | undefined): number {
  const limit = Number(text ?? 20)
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit
  throw usageError(command, `--limit ${text} is not a whole number from 1 to 10000.`)
}

/** Newest first. */
export async function listJobs(
  client: Client,
  limit: number,
  { live = false, experiment }: { readonly live?: boolean; readonly experiment: string | undefined },
): Promise<Methods['jobs/list']['result']> {
  const named =
    experiment === undefined
      ? undefined
      : (await client.call('experiments/list', {})).experiments.filter(({ name }) => name === experiment)
  return client.call('jobs/list', {
    limit,
    isLive: live,
    ...(named === undefined ? {} : { experimentIds: named.map(({ experimentId }) => experimentId) }),
  })
}
