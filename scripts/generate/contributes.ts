import type { AgentTool } from '../../src/agent-tools/agent-tool.ts'
import type { CommandDefinition } from '../../src/extension/command.ts'
import {
  computeViewId,
  configuration,
  customEditors,
  dataSourceControlId,
  dataViewId,
  experimentsViewId,
  jobsViewId,
  modelsViewId,
  jsonValidation,
  notebookRenderer,
  problemMatchers,
  taskDefinitions,
  variablesViewId,
  views,
  viewsContainers,
  viewsWelcome,
  yamlValidation,
} from '../../src/extension/contributions.ts'
import { walkthroughs } from '../../src/extension/walkthrough.ts'

interface MenuEntry {
  readonly command: string
  readonly when?: string
  readonly group?: string
}

/** By the name that commands have for a view: its id, and the clause's key that says what is selected in it. */
const viewsOfCommands = {
  experiments: { id: experimentsViewId, selected: 'runwright.selected' },
  jobs: { id: jobsViewId, selected: 'runwright.selectedJob' },
  compute: { id: computeViewId, selected: 'runwright.selectedTarget' },
  data: { id: dataViewId, selected: 'runwright.selectedData' },
  models: { id: modelsViewId, selected: 'runwright.selectedModel' },
  variables: { id: variablesViewId, selected: 'runwright.selectedVariable' },
}

function viewOf({ view = 'experiments' }: CommandDefinition) {
  return viewsOfCommands[view]
}

/** `contributes` of package.json, as the definitions say it. */
export function contributes(commands: readonly CommandDefinition[], tools: readonly AgentTool[] = []): object {
  const ids = new Set(commands.map(({ id }) => id))
  if (ids.size < commands.length) throw new TypeError('Two commands have the same id.')
  return {
    viewsContainers,
    views,
    viewsWelcome,
    commands: commands.map(({ id, title, icon }) => ({
      command: id,
      title,
      category: 'Runwright',
      ...(icon === undefined ? {} : { icon }),
    })),
    menus: {
      commandPalette: commands.flatMap(paletteEntry),
      'view/title': commands.flatMap(titleBarEntry),
      'view/item/context': commands.flatMap(elementEntry),
      'editor/title/run': commands.flatMap(editorEntry),
      'explorer/context': commands.flatMap(fileEntry),
      'scm/resourceState/context': commands.flatMap(sourceControlEntry),
      'notebook/toolbar': commands.flatMap(notebookEntry),
    },
    keybindings: commands.flatMap(keybindings),
    configuration,
    problemMatchers,
    taskDefinitions,
    jsonValidation,
    yamlValidation,
    customEditors,
    notebookRenderer,
    languageModelTools: tools.map(languageModelTool),
    walkthroughs,
  }
}

function languageModelTool(tool: AgentTool): object {
  const { name, referenceName, title, summary, description, icon, inputSchema } = tool
  return {
    name,
    toolReferenceName: referenceName,
    displayName: title,
    userDescription: summary,
    modelDescription: description,
    canBeReferencedInPrompt: true,
    icon,
    tags: ['machine-learning', 'experiment-tracking'],
    inputSchema,
  }
}

function both(...clauses: readonly (string | undefined)[]): { when?: string } {
  const present = clauses.filter((clause) => clause !== undefined)
  if (present.length === 0) return {}
  const enclosed =
    present.length === 1 ? present : present.map((clause) => (clause.includes('||') ? `(${clause})` : clause))
  return { when: enclosed.join(' && ') }
}

/** The clause that says of the selected element what `appliesTo` says of the one whose menu is open. */
function ofSelected(command: CommandDefinition): string | undefined {
  return command.accepts && command.appliesTo.replaceAll('viewItem', viewOf(command).selected)
}

function paletteEntry(command: CommandDefinition): MenuEntry[] {
  const shown = command.inPalette === false ? { when: 'false' } : both(command.when, ofSelected(command))
  return shown.when === undefined ? [] : [{ command: command.id, ...shown }]
}

function titleBarEntry(command: CommandDefinition): MenuEntry[] {
  const { id, when, titleBar } = command
  return titleBar === undefined
    ? []
    : [{ command: id, ...both(`view == ${viewOf(command).id}`, when), group: titleBar }]
}

function elementEntry(command: CommandDefinition): MenuEntry[] {
  const inView = `view == ${viewOf(command).id}`
  if (command.accepts === undefined) {
    return (command.elementMenus ?? []).map(({ view, appliesTo, menu }) => {
      const inOther = view === undefined ? inView : `view == ${viewsOfCommands[view].id}`
      return { command: command.id, ...both(inOther, appliesTo), group: menu }
    })
  }
  const { id, when, appliesTo, menu = [] } = command
  const groups = typeof menu === 'string' ? [menu] : menu
  return groups.map((group) => ({ command: id, ...both(inView, when, appliesTo), group }))
}

function editorEntry({ id, when, editorTitle }: CommandDefinition): MenuEntry[] {
  return editorTitle === undefined ? [] : [{ command: id, ...both(when), group: editorTitle }]
}

function fileEntry({ id, when, fileMenu, fileMenuWhen }: CommandDefinition): MenuEntry[] {
  return fileMenu === undefined ? [] : [{ command: id, ...both(when, fileMenuWhen), group: fileMenu }]
}

function sourceControlEntry({ id, sourceControlMenu }: CommandDefinition): MenuEntry[] {
  if (sourceControlMenu === undefined) return []
  return [{ command: id, when: `scmProvider == ${dataSourceControlId}`, group: sourceControlMenu }]
}

function notebookEntry({ id, notebookToolbar, notebookToolbarWhen }: CommandDefinition): MenuEntry[] {
  if (notebookToolbar === undefined) return []
  const inNotebook = "isWorkspaceTrusted && notebookType == 'jupyter-notebook'"
  return [{ command: id, ...both(inNotebook, notebookToolbarWhen), group: notebookToolbar }]
}

function keybindings(command: CommandDefinition): object[] {
  const { id, key, when, accepts } = command
  if (key === undefined) return []
  const inView = (...clauses: readonly string[]) =>
    both(`focusedView == ${viewOf(command).id}`, '!inputFocus', when, ...clauses)
  if (accepts === undefined) return [{ command: id, ...key, ...inView() }]
  // An extension learns what is selected, but arrow keys move the focus alone: unless several rows are selected, the
  // one in focus is selected first. No clause can name the kind of that row, but its place: not at the top,
  // and nothing that selecting would open.
  const args = { commands: ['list.selectAndPreserveFocus', id] }
  return [
    { command: 'runCommands', args, ...key, ...inView('!listMultiSelection', ...unfoldsBelowAnother) },
    { command: id, ...key, ...inView('listMultiSelection') },
  ]
}

const unfoldsBelowAnother = ['treeElementHasParent', 'treeElementCanCollapse || treeElementCanExpand']
