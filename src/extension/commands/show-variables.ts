import { defineCommand } from '../command.ts'
import { findNotebook, hasOurKernel } from '../notebook/find-notebook.ts'
import { showVariables } from '../notebook/show-variables.ts'

export default defineCommand({
  id: 'runwright.showVariables',
  title: 'Show Variables…',
  icon: '$(variable-group)',
  when: hasOurKernel,
  notebookToolbar: 'navigation/execute@6',
  notebookToolbarWhen: hasOurKernel,
  async run(context, given) {
    const notebook = findNotebook(context.vscode, given)
    if (notebook !== undefined) await showVariables(context, notebook)
  },
})
