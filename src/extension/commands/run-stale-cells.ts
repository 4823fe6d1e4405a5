import { defineCommand } from '../command.ts'
import { findNotebook, hasOurKernel } from '../notebook/find-notebook.ts'

export default defineCommand({
  id: 'runwright.runStaleCells',
  title: 'Run Stale Cells',
  when: hasOurKernel,
  notebookToolbar: '1_kernel@3',
  notebookToolbarWhen: hasOurKernel,
  async run({ vscode, notebooks }, given) {
    const notebook = findNotebook(vscode, given)
    if (notebook !== undefined) await notebooks.runStale(notebook)
  },
})
