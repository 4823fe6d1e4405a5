import { chooseHeadlineMetric } from '../../protocol/headline-metric.ts'
import type { ExperimentId } from '../../protocol/ids.ts'
import type { Methods } from '../../protocol/methods.ts'
import type { Sql } from '../../store/database.ts'
import { getText } from '../../store/row.ts'
import { getExperimentRow, loadExperiments, toExperimentRowId } from '../experiment-rows.ts'

/** Every key of the experiments; of thousands of runs with thousands of keys as fast as of a few. */
export async function loadTableKeys(
  sql: Sql,
  experimentIds: readonly ExperimentId[],
): Promise<Methods['table/keys']['result']> {
  const experiments = await loadExperiments(
    sql,
    await Promise.all(experimentIds.map((id) => getExperimentRow(sql, id))),
  )
  const keys = { metric: new Set<string>(), param: new Set<string>(), tag: new Set<string>() }
  for (const experimentId of experimentIds) {
    const rows = await sql.all(
      'select kind, key from logged_keys where experiment = ?',
      toExperimentRowId(experimentId),
    )
    for (const row of rows) {
      const kind = getText(row, 'kind')
      if (kind === 'metric' || kind === 'param' || kind === 'tag') keys[kind].add(getText(row, 'key'))
    }
  }
  const metrics = [...keys.metric].toSorted()
  return {
    metrics,
    params: [...keys.param].toSorted(),
    tags: [...keys.tag].toSorted(),
    headline:
      chooseHeadlineMetric(
        experiments.flatMap(({ tags }) => tags),
        metrics,
      ) ?? null,
  }
}
