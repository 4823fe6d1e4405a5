import type { Workbench } from '../../test/vscode/workbench.ts'
import type { PicturedWorkspace } from './pictured-workspace.ts'

/** One view of ours, pictured in every theme as `NAME-THEME.png`. */
export interface Picture {
  readonly name: string
  /** The part of the window that it shows, in CSS pixels. Default: all of it. */
  readonly clip?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /** Brings the window to what the picture shows. */
  arrange(vscode: Workbench, workspace: PicturedWorkspace): Promise<void>
}
