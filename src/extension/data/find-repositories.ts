import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as vscode from 'vscode'

const markerName = '.dvc'
const maxNested = 20
const foreign = '**/{node_modules,.venv,venv,.runwright}/**'

/**
 * Absolute paths of the repositories with data that the workspace folders lie in or hold. None while the workspace is
 * not trusted: nothing of it is run or read.
 */
export async function findRepositories(): Promise<readonly string[]> {
  if (!vscode.workspace.isTrusted) return []
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file')
  const found = await Promise.all(
    folders.map(async (folder) => {
      const above = await findAbove(folder.uri.fsPath)
      const pattern = new vscode.RelativePattern(folder, `*/**/${markerName}/config`)
      const nested = await vscode.workspace.findFiles(pattern, foreign, maxNested)
      return [...(above === undefined ? [] : [above]), ...nested.map(({ fsPath }) => dirname(dirname(fsPath)))]
    }),
  )
  return [...new Set(found.flat())].sort()
}

/** The folder itself, or the nearest one above it that has data. */
async function findAbove(folder: string): Promise<string | undefined> {
  for (let place = folder; ; place = dirname(place)) {
    const marker = await stat(join(place, markerName)).catch(() => undefined)
    if (marker?.isDirectory() === true) return place
    if (dirname(place) === place) return undefined
  }
}
