import type { Workbench } from '../../test/vscode/workbench.ts'
import type { PicturedWorkspace, Preparation } from './pictured-workspace.ts'

/** One view of ours, pictured in every theme as `NAME-THEME.png`. */
export interface Picture {
  readonly name: string
  /** The part of the window that it shows, in CSS pixels. Default: all of it. */
  readonly clip?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  /** Makes what it shows and the sample workspace has not; before there are jobs, which take all of the machine. */
  readonly prepare?: (preparation: Preparation) => Promise<void>
  /** Brings the window to what the picture shows. */
  arrange(vscode: Workbench, workspace: PicturedWorkspace): Promise<void>
}
