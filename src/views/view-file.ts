import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { parseSavedView, type SavedView } from '../protocol/saved-view.ts'

/** Longest file name without its ending, in characters; systems refuse much longer ones. */
const maxNameLength = 80

/** Names that Windows keeps for devices, whatever their ending. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i

/** Where a view of this title is saved in a workspace folder. */
export function toViewPath(folder: string, title: string): string {
  const name = title
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\\/:*?"<>|]+/gu, '-')
    .replace(/^[.\s]+/, '')
    .slice(0, maxNameLength)
    .replace(/[.\s]+$/, '')
  return join(
    folder,
    dataFolderName,
    dataFiles.views,
    `${name === '' || reserved.test(name) ? `view-${name}` : name}.json`,
  )
}

/** A view as text: the same for the same view, one field a line, so that git shows what has changed. */
export function formatView(view: SavedView): string {
  const colors = Object.fromEntries(Object.entries(view.colors).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  return `${JSON.stringify(parseSavedView({ ...view, colors }), undefined, 2)}\n`
}

/** Writes a view to its file, complete or not at all. */
export async function writeView(path: string, view: SavedView): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${process.pid}.new`
  {
    await using file = await open(beside, 'w')
    await file.writeFile(formatView(view))
    await file.sync()
  }
  await rename(beside, path)
}

/**
 * Writes a view to the file that it is saved in already.
 *
 * @throws INVALID_PARAMETER_VALUE when someone is at work there and what it holds is no view; it stays as it is
 */
export async function replaceView(path: string, view: SavedView): Promise<void> {
  if (existsSync(path)) await readView(path)
  await writeView(path, view)
}

/** @throws INVALID_PARAMETER_VALUE saying what in the file is no view */
export async function readView(path: string): Promise<SavedView> {
  const text = await readFile(path, 'utf8')
  try {
    return parseSavedView(JSON.parse(text))
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ')
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} holds no view: ${reason}`, {
      hint: 'Correct the file: nothing is written over it until then.',
      cause,
    })
  }
}

/** The paths of the views saved in a workspace folder, by name. */
export async function listViewPaths(folder: string): Promise<readonly string[]> {
  const views = join(folder, dataFolderName, dataFiles.views)
  const names = await readdir(views).catch(() => [])
  return names
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(views, name))
}
