import { inferGoal } from '../protocol/headline-metric.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { CommandContext } from './context.ts'
import type { ExperimentElement } from './tree/element.ts'

/** Makes a metric the one that stands for the experiment's runs, with the direction its name suggests. */
export async function setHeadlineMetric(
  { connections }: CommandContext,
  { connectionId, experiment }: ExperimentElement,
  key: string,
): Promise<void> {
  const { experimentId } = experiment
  const client = await connections.client(connectionId)
  await client.call('experiments/set-tag', { experimentId, key: tagNames.headlineGoal, value: inferGoal(key) })
  await client.call('experiments/set-tag', { experimentId, key: tagNames.headlineMetric, value: key })
}
