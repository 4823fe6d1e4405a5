import type { Workbench } from '../../test/vscode/workbench.ts'
import type { PicturedWorkspace } from './pictured-workspace.ts'

/** One view of ours, pictured in every theme as `NAME-THEME.png`. */
export interface Picture {
  readonly name: string
  /** Brings the window to what the picture shows. */
  arrange(vscode: Workbench, workspace: PicturedWorkspace): Promise<void>
}
