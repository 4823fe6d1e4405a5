import type { Client } from '../protocol/client.ts'
import { parseRunId, type RunId } from '../protocol/ids.ts'
import type { RunListRow } from '../protocol/methods.ts'
import { onlyOne } from './only-one.ts'

/** Our own ids in full; anything shorter may be the beginning of one, or a name. */
const fullLength = 32

/**
 * The run a person means: by its whole id, by the beginning of one (4 characters or more), or by its name.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is none
 * @throws INVALID_PARAMETER_VALUE when there are several
 */
export async function findRun(client: Client, text: string): Promise<RunId> {
  const whole = parseRunId(text)
  if (whole !== undefined && text.length === fullLength) return whole
  const { experiments } = await client.call('experiments/list', { view: 'ALL' })
  const experimentIds = experiments.map(({ experimentId }) => experimentId)
  const search = async (filter: string) =>
    (await client.call('runs/list', { experimentIds, filter, view: 'ALL', limit: 1000 })).runs

  if (whole !== undefined && text.length >= 4) {
    // `_` stands for any character in LIKE and may be part of an id.
    const runs = (await search(`attributes.run_id LIKE '${text}%'`)).filter(({ runId }) => runId.startsWith(text))
    const exact = runs.filter(({ runId }) => runId === text)
    if (runs.length > 0) return onlyRun(text, exact.length > 0 ? exact : runs)
  }
  const quote = text.includes("'") ? '"' : "'"
  return onlyRun(text, text.includes(quote) ? [] : await search(`attributes.run_name = ${quote}${text}${quote}`))
}

function onlyRun(text: string, runs: readonly RunListRow[]): RunId {
  const list = '"runwright runs list" shows ids and names; deleted runs with --deleted.'
  return onlyOne('run', text, runs, ({ runId }) => runId, list).runId
}
