import { defineCommand } from '../command.ts'
import { findNotebook, hasOurKernel } from '../notebook/find-notebook.ts'

export default defineCommand({
  id: 'runwright.restartKernelAndRunAll',
  title: 'Restart Kernel and Run All',
  icon: '$(run-all)',
  when: hasOurKernel,
  notebookToolbar: '1_kernel@1',
  notebookToolbarWhen: hasOurKernel,
  async run({ vscode, notebooks }, given) {
    const notebook = findNotebook(vscode, given)
    if (notebook === undefined) return
    const kernel = await notebooks.findKernel(notebook)
    if (kernel !== undefined) await kernel.client.call('kernels/restart', { kernelId: kernel.kernelId })
    await vscode.commands.executeCommand('notebook.execute', notebook.uri)
  },
})
