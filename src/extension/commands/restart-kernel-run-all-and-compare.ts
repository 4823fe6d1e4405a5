import { defineCommand } from '../command.ts'
import { findNotebook, hasOurKernel } from '../notebook/find-notebook.ts'

export default defineCommand({
  id: 'runwright.restartKernelRunAllAndCompare',
  title: 'Restart Kernel, Run All and Compare',
  when: hasOurKernel,
  notebookToolbar: '1_kernel@1',
  notebookToolbarWhen: hasOurKernel,
  async run({ vscode, notebooks }, given) {
    const notebook = findNotebook(vscode, given)
    if (notebook !== undefined) await notebooks.rerunAndCompare(notebook)
  },
})
