import { defineCommand } from '../command.ts'
import { findNotebook, hasOurKernel } from '../notebook/find-notebook.ts'

export default defineCommand({
  id: 'runwright.restartKernel',
  title: 'Restart Kernel',
  icon: '$(debug-restart)',
  when: hasOurKernel,
  notebookToolbar: 'navigation/execute@5',
  notebookToolbarWhen: hasOurKernel,
  async run({ vscode, notebooks }, given) {
    const notebook = findNotebook(vscode, given)
    const kernel = notebook && (await notebooks.findKernel(notebook))
    if (kernel !== undefined) await kernel.client.call('kernels/restart', { kernelId: kernel.kernelId })
  },
})
