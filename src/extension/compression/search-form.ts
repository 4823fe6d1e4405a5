import type * as vscode from 'vscode'
import { parseTime } from '../../protocol/quantities.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { listWorkspaceFiles } from '../models/list-models.ts'
import { pickFile } from '../models/pick-file.ts'
import { pickOrType } from '../runs/pick-or-type.ts'
import { findGoalFault, type SearchSettings, splitGoals, targetNames } from './search-settings.ts'

type Context = Pick<CommandContext, 'vscode' | 'log'>
type Part = 'start' | 'data' | 'goals' | 'target' | 'budget'

/** Files that can be samples. */
const dataEndings = ['npz', 'csv', 'tsv', 'parquet']

/**
 * Lets the user change a search line by line; the settings to search with, or undefined when the form is left. Data that
 * is not known is asked for first.
 *
 * @param model what it is called
 */
export async function askForSearch(
  context: Context,
  model: string,
  settings: SearchSettings,
): Promise<SearchSettings | undefined> {
  const title = localize('Compress {model}', { model })
  let now = settings.data === '' ? await changePart(context, 'data', settings) : settings
  while (now !== undefined) {
    const part = await pickPart(context.vscode, title, now)
    if (part === undefined) return undefined
    if (part === 'start') return now
    now = (await changePart(context, part, now)) ?? now
  }
  return undefined
}

async function pickPart(
  { window, workspace }: CommandContext['vscode'],
  title: string,
  { data, goals, target, budget }: SearchSettings,
): Promise<Part | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly part: Part })[] = [
    { part: 'start', label: `$(play) ${localize('Start Search')}`, description: localize('as a job on this machine') },
    { part: 'data', label: localize('Data'), description: workspace.asRelativePath(data, false) },
    { part: 'goals', label: localize('Goals'), description: goals.join(', ') },
    { part: 'target', label: localize('Computer It Is for'), description: nameTarget(target) },
    { part: 'budget', label: localize('Time'), description: budget },
  ]
  const placeHolder = localize('Press Enter to start, or choose what to change')
  const picked = await window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true })
  return picked?.part
}

async function changePart(
  context: Context,
  part: Exclude<Part, 'start'>,
  settings: SearchSettings,
): Promise<SearchSettings | undefined> {
  switch (part) {
    case 'data': {
      const data = await pickData(context)
      return data === undefined ? undefined : { ...settings, data }
    }
    case 'goals': {
      const goals = await askForGoals(context.vscode, settings.goals)
      return goals === undefined ? undefined : { ...settings, goals }
    }
    case 'target': {
      const known = Promise.resolve([...targetNames])
      const hint = localize('Pick one, or type one with settings: edge-box,threads=1,memory=512MiB')
      const target = await pickOrType(context, localize('Computer It Is for'), hint, known)
      return target === undefined ? undefined : { ...settings, target }
    }
    case 'budget': {
      const budget = await context.vscode.window.showInputBox({
        title: localize('Time'),
        prompt: localize('No candidate is begun after that, for example 10m or 1h30m.'),
        value: settings.budget,
        ignoreFocusOut: true,
        validateInput: (text) => (parseTime(text) === undefined ? localize('Write for example 10m.') : undefined),
      })
      return budget === undefined ? undefined : { ...settings, budget }
    }
  }
}

/** Samples that the model is for: a file of the workspace, or another one. */
async function pickData(context: Context): Promise<string | undefined> {
  return pickFile(context, {
    title: localize('Data'),
    placeHolder: localize('Samples that the model is for: .npz, .csv or .parquet, with “labels” where there are any'),
    choices: await listWorkspaceFiles(context, dataEndings),
    filters: { [localize('Data')]: dataEndings },
  })
}

/** Common ones to pick, and any other to type. */
function listGoals(): readonly { readonly label: string; readonly goals: readonly string[] }[] {
  return [
    { label: localize('At most 1 % of the right answers lost'), goals: ['accuracy-drop<=1%'] },
    { label: localize('The same, and twice as fast'), goals: ['accuracy-drop<=1%', 'speedup>=2x'] },
    {
      label: localize('The same, within 20 ms, and 10 MB at most'),
      goals: ['accuracy-drop<=1%', 'p99<=20ms', 'size<=10MB'],
    },
    { label: localize('Nearly no answer lost'), goals: ['accuracy-drop<=0.1%'] },
    { label: localize('Without labels: 99 % of the answers stay'), goals: ['agreement>=99%'] },
    { label: localize('Embeddings stay alike'), goals: ['similarity>=0.99'] },
  ]
}

interface GoalItem extends vscode.QuickPickItem {
  readonly goals: readonly string[]
}

function askForGoals(
  { window }: CommandContext['vscode'],
  now: readonly string[],
): Promise<readonly string[] | undefined> {
  const box = window.createQuickPick<GoalItem>()
  box.title = localize('Goals')
  box.placeholder = localize('Pick one, or type: accuracy-drop<=1%, p99<=20ms, size<=10MB')
  box.ignoreFocusOut = true
  const known = listGoals().map(({ label, goals }): GoalItem => ({ label, description: goals.join(', '), goals }))
  const isNow = ({ goals }: GoalItem) => goals.join() === now.join()
  const fill = () => {
    const typed = box.value.trim()
    const fault = typed === '' ? undefined : findGoalFault(typed)
    const goals = splitGoals(typed)
    const own = typed === '' ? [] : [{ label: typed, description: fault ?? '', goals, alwaysShow: true }]
    box.items = [...own, ...known]
    const active = own[0] ?? known.find(isNow)
    if (active !== undefined) box.activeItems = [active]
  }
  fill()
  return new Promise((resolve) => {
    box.onDidChangeValue(fill)
    box.onDidAccept(() => {
      const [picked] = box.selectedItems
      if (picked === undefined || findGoalFault(picked.goals.join(',')) !== undefined) return
      resolve(picked.goals)
      box.hide()
    })
    box.onDidHide(() => {
      resolve(undefined)
      box.dispose()
    })
    box.show()
  })
}

export function nameTarget(target: string): string {
  switch (target) {
    case 'this-machine':
      return localize('this machine')
    case 'edge-box':
      return localize('edge box: 2 cores, 1 GiB')
    case 'office-server':
      return localize('small office server: 8 cores, 16 GiB')
    case 'cloud-instance':
      return localize('modest cloud instance: 2 virtual cores, 4 GiB')
    default:
      return target
  }
}
