import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defineAgentTool } from '../../src/agent-tools/agent-tool.ts'
import { defineCommand } from '../../src/extension/command.ts'
import { isRunElement } from '../../src/extension/tree/element.ts'
import { contributes } from './contributes.ts'

const run = async () => {}
const view = 'view == runwright.experiments'

function read(path: readonly string[], ...commands: Parameters<typeof contributes>[0]): unknown {
  return path.reduce<unknown>((value, key) => new Map(Object.entries(value ?? {})).get(key), contributes(commands))
}

describe('a command about the view', () => {
  const sort = defineCommand({
    id: 'runwright.sort',
    title: 'Sort…',
    icon: '$(s)',
    when: 'a',
    titleBar: 'navigation@1',
    run,
  })

  it('has its title under the category Runwright', () => {
    const listed = [{ command: 'runwright.sort', title: 'Sort…', category: 'Runwright', icon: '$(s)' }]
    assert.deepEqual(read(['commands'], sort), listed)
  })

  it('shows in the palette and the title bar when its clause holds', () => {
    assert.deepEqual(read(['menus', 'commandPalette'], sort), [{ command: 'runwright.sort', when: 'a' }])
    const entry = { command: 'runwright.sort', when: `${view} && a`, group: 'navigation@1' }
    assert.deepEqual(read(['menus', 'view/title'], sort), [entry])
  })
})

it('a command is in the toolbar of notebooks of Jupyter, where its clause for that place holds', () => {
  const inNotebook = "isWorkspaceTrusted && notebookType == 'jupyter-notebook'"
  const restart = { id: 'runwright.restart', title: 'Restart', when: 'a', notebookToolbar: 'navigation@1', run }
  const plain = read(['menus', 'notebook/toolbar'], defineCommand(restart))
  assert.deepEqual(plain, [{ command: 'runwright.restart', when: inNotebook, group: 'navigation@1' }])
  const clause = read(['menus', 'notebook/toolbar'], defineCommand({ ...restart, notebookToolbarWhen: 'b' }))
  assert.deepEqual(clause, [{ command: 'runwright.restart', when: `${inNotebook} && b`, group: 'navigation@1' }])
})

it('a command that is about elements or about the view has both places, its clause only in the palette', () => {
  const compare = defineCommand({
    id: 'runwright.compare',
    title: 'Compare',
    when: 'a',
    elementMenus: [{ appliesTo: 'viewItem =~ /^run/', menu: 'inline' }],
    run,
  })
  const entry = { command: 'runwright.compare', when: `${view} && viewItem =~ /^run/`, group: 'inline' }
  assert.deepEqual(read(['menus', 'view/item/context'], compare), [entry])
  assert.deepEqual(read(['menus', 'commandPalette'], compare), [{ command: 'runwright.compare', when: 'a' }])
})

it('a command can have places in the rows of several views', () => {
  const compare = defineCommand({
    id: 'runwright.compare',
    title: 'Compare',
    elementMenus: [
      { appliesTo: 'viewItem == run', menu: '1@1' },
      { view: 'models', appliesTo: 'viewItem == version', menu: '2@1' },
    ],
    run,
  })
  assert.deepEqual(read(['menus', 'view/item/context'], compare), [
    { command: 'runwright.compare', when: `${view} && viewItem == run`, group: '1@1' },
    { command: 'runwright.compare', when: 'view == runwright.models && viewItem == version', group: '2@1' },
  ])
})

describe('a command about elements', () => {
  const stop = defineCommand({
    id: 'runwright.stop',
    title: 'Stop',
    when: 'a || b',
    appliesTo: 'viewItem =~ /^run/',
    menu: 'inline',
    key: { key: 's' },
    accepts: isRunElement,
    run,
  })

  it('shows in the menu of those it applies to', () => {
    const entry = { command: 'runwright.stop', when: `${view} && (a || b) && viewItem =~ /^run/`, group: 'inline' }
    assert.deepEqual(read(['menus', 'view/item/context'], stop), [entry])
  })

  it('shows in the palette when it applies to the one selected', () => {
    const entry = { command: 'runwright.stop', when: '(a || b) && runwright.selected =~ /^run/' }
    assert.deepEqual(read(['menus', 'commandPalette'], stop), [entry])
  })

  it('has its key in the view alone, and not while a name is typed, for the row in focus or all that are selected', () => {
    const clause = 'focusedView == runwright.experiments && !inputFocus && (a || b)'
    const row = 'treeElementHasParent && (treeElementCanCollapse || treeElementCanExpand)'
    assert.deepEqual(read(['keybindings'], stop), [
      {
        command: 'runCommands',
        args: { commands: ['list.selectAndPreserveFocus', 'runwright.stop'] },
        key: 's',
        when: `${clause} && !listMultiSelection && ${row}`,
      },
      { command: 'runwright.stop', key: 's', when: `${clause} && listMultiSelection` },
    ])
  })
})

it('a command that makes no sense in the palette is not there', () => {
  const hidden = defineCommand({ id: 'runwright.hidden', title: 'Hidden', inPalette: false, run })
  assert.deepEqual(read(['menus', 'commandPalette'], hidden), [{ command: 'runwright.hidden', when: 'false' }])
})

it('two commands cannot have the same id', () => {
  const twin = defineCommand({ id: 'runwright.twin', title: 'Twin', run })
  assert.throws(() => contributes([twin, twin]), /same id/)
})

it('a tool for language models is described for people and for models, with the schema of its input', () => {
  const tool = defineAgentTool({
    name: 'runwright_look',
    referenceName: 'runwrightLook',
    title: 'Look',
    summary: 'For people.',
    description: 'For models.',
    icon: '$(eye)',
    effect: 'reads',
    fields: { run: { type: 'text', description: 'r', required: true } },
    run: async () => '',
  })
  const { languageModelTools } = { languageModelTools: [], ...contributes([], [tool]) }
  assert.deepEqual(languageModelTools, [
    {
      name: 'runwright_look',
      toolReferenceName: 'runwrightLook',
      displayName: 'Look',
      userDescription: 'For people.',
      modelDescription: 'For models.',
      canBeReferencedInPrompt: true,
      icon: '$(eye)',
      tags: ['machine-learning', 'experiment-tracking'],
      inputSchema: tool.inputSchema,
    },
  ])
})
