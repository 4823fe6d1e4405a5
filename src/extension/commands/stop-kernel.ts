import { defineCommand } from '../command.ts'
import { findNotebook, hasOurKernel } from '../notebook/find-notebook.ts'

export default defineCommand({
  id: 'runwright.stopKernel',
  title: 'Stop Kernel',
  icon: '$(debug-stop)',
  when: hasOurKernel,
  notebookToolbar: '1_kernel@2',
  notebookToolbarWhen: hasOurKernel,
  async run({ vscode, notebooks }, given) {
    const notebook = findNotebook(vscode, given)
    if (notebook !== undefined) await notebooks.stop(notebook)
  },
})
