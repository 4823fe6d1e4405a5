import type { CommandContext } from './context.ts'
import { isExperimentElement, type ExperimentElement } from './tree/element.ts'
import { countRuns } from './tree/format.ts'

/** The experiment a command is for: the selected one, else the only one there is, else the one the user picks. */
export async function chooseExperiment(
  { vscode, connections, explorer }: CommandContext,
  title: string,
): Promise<ExperimentElement | undefined> {
  const [selected] = explorer.selection().filter(isExperimentElement)
  if (selected !== undefined) return selected
  const lists = connections.list().map(async ({ place, state }) => {
    const experiments = state.kind === 'connected' ? await state.tree.experiments() : []
    return experiments.map((element) => ({
      label: element.experiment.name,
      description: countRuns(element.experiment.runCount, element.experiment.runCountIsAtLeast),
      detail: connections.list().length > 1 ? place.label : '',
      element,
    }))
  })
  const choices = (await Promise.all(lists)).flat()
  if (choices.length < 2) return choices[0]?.element
  return (await vscode.window.showQuickPick(choices, { title }))?.element
}
