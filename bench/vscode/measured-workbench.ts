import { openWorkbench, type Workbench } from '../../test/vscode/workbench.ts'

/** Opens VS Code on a folder with the activation probe in its extension hosts, which writes to `file`. */
export async function openMeasuredWorkbench(workspace: string, file: string): Promise<Workbench> {
  const probe = new URL('activation-probe.ts', import.meta.url).href
  // VS Code's server gets the environment of this process; whatever is started later does not.
  const { NODE_OPTIONS, RUNWRIGHT_ACTIVATION_FILE } = process.env
  Object.assign(process.env, { NODE_OPTIONS: `--import=${probe}`, RUNWRIGHT_ACTIVATION_FILE: file })
  try {
    return await openWorkbench({ workspace })
  } finally {
    restore('NODE_OPTIONS', NODE_OPTIONS)
    restore('RUNWRIGHT_ACTIVATION_FILE', RUNWRIGHT_ACTIVATION_FILE)
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
