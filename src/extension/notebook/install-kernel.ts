import type { KernelEnvironment } from '../../protocol/kernels.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

/**
 * Asks whether `ipykernel` may be installed in an environment that lacks it, and installs it in a terminal.
 *
 * @returns whether it is there now
 */
export async function offerKernel({ vscode }: CommandContext, environment: KernelEnvironment): Promise<boolean> {
  const { name, hasKernel } = environment
  if (hasKernel) return true
  const install = localize('Install ipykernel')
  const text = localize('{name} cannot run notebooks yet: ipykernel is not installed there.', { name })
  if ((await vscode.window.showInformationMessage(text, install)) !== install) return false
  const [program = '', ...words] = installCommand(environment)
  const process = new vscode.ProcessExecution(program, words)
  const task = new vscode.Task({ type: 'runwright' }, vscode.TaskScope.Workspace, install, 'Runwright', process)
  const ended = Promise.withResolvers<number | undefined>()
  const listening = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
    if (execution.task.name === install) ended.resolve(exitCode)
  })
  try {
    await vscode.tasks.executeTask(task)
    return (await ended.promise) === 0
  } finally {
    listening.dispose()
  }
}

/** Exported for its test. An environment of uv has no pip of its own. */
export function installCommand({ kind, interpreter }: Pick<KernelEnvironment, 'kind' | 'interpreter'>): string[] {
  return kind === 'uv'
    ? ['uv', 'pip', 'install', '--python', interpreter, 'ipykernel']
    : [interpreter, '-m', 'pip', 'install', 'ipykernel']
}
