import { RunwrightError } from '../../protocol/errors.ts'
import type { ViewTab } from '../../protocol/saved-view.ts'
import type { CommandContext } from '../context.ts'
import type { ExperimentElement, RunElement } from '../tree/element.ts'
import { countRuns } from '../tree/format.ts'
import { createView, titleRuns } from '../../views/new-view.ts'
import { localize } from '../localize.ts'

/**
 * Opens runs side by side.
 *
 * @throws INVALID_PARAMETER_VALUE when they are of several folders or servers
 */
export async function openRuns(context: CommandContext, runs: readonly RunElement[], tab: ViewTab): Promise<void> {
  const [first] = runs
  if (first === undefined) return
  const { connectionId } = first.experiment
  if (runs.some(({ experiment }) => experiment.connectionId !== connectionId)) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', localize('These runs are of several folders or servers.'), {
      hint: localize('Choose runs of one of them.'),
    })
  }
  const experiments = runs.map(({ experiment }) => experiment.experiment.name)
  const title = runs.length > 2 ? countRuns(runs.length) : titleRuns(runs.map(({ row }) => row.name))
  const chosen = runs.map(({ row }) => row.runId)
  await openView(context, connectionId, createView(title, experiments, tab, chosen))
}

/** Opens an experiment, with no run chosen yet. */
export async function openExperiment(
  context: CommandContext,
  { connectionId, experiment }: ExperimentElement,
  tab: ViewTab,
): Promise<void> {
  await openView(context, connectionId, createView(experiment.name, [experiment.name], tab))
}

async function openView(
  { comparisons }: CommandContext,
  connectionId: string,
  view: ReturnType<typeof createView>,
): Promise<void> {
  await comparisons.open(connectionId, view)
}
