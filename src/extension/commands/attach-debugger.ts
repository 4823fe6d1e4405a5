import { defineCommand } from '../command.ts'
import { findFolder } from '../connections/find-folder.ts'
import { findDebugAddress } from '../jobs/debugpy.ts'
import { isJobElement } from '../jobs/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.attachDebugger',
  title: 'Attach Debugger to Job',
  icon: '$(debug-alt)',
  view: 'jobs',
  appliesTo: String.raw`viewItem =~ /^job .*\bdebuggable\b/`,
  menu: '1_open@3',
  accepts: isJobElement,
  takes: 'one',
  async run({ vscode, connections }, [{ connectionId, job }]) {
    const connect = findDebugAddress(job.spec.command)
    const path = findFolder(connections, connectionId)
    const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === path)
    if (connect === undefined || folder === undefined) return
    await vscode.debug.startDebugging(folder, {
      type: 'debugpy',
      request: 'attach',
      name: localize('Job {name}', { name: job.name }),
      connect,
      justMyCode: false,
    })
  },
})
