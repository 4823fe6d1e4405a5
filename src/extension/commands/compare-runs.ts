import { defineCommand, findMenuElements } from '../command.ts'
import { openRuns } from '../webviews/open-runs.ts'
import { isRunElement } from '../tree/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.compareRuns',
  title: 'Compare Runs',
  icon: '$(diff)',
  when: 'runwright.chosenCount > 1',
  titleBar: 'navigation@0',
  elementMenus: [{ appliesTo: 'viewItem =~ /^run /', menu: '1_compare@1' }],
  async run(context, ...args) {
    const selected = findMenuElements(isRunElement, args)
    const chosen = context.explorer.chosen()
    // One run whose menu was opened is compared with those chosen by their checkboxes.
    const runs = selected.length > 1 ? selected : [...new Set([...chosen, ...selected])]
    if (runs.length > 1) return openRuns(context, runs, 'differences')
    await context.vscode.window.showInformationMessage(
      localize('Select two or more runs, or choose them by their checkboxes.'),
    )
  },
})
