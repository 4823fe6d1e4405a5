import { readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { commandList, definitionList, listCommandNames } from './command-list.ts'
import { contributes } from './contributes.ts'
import { loadDefinitions, loadTools, toolFolder } from './load-definitions.ts'

export interface GeneratedFile {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** Every generated file as it should be, whatever is on the disk. */
export async function generateFiles(root: URL): Promise<readonly GeneratedFile[]> {
  const [definitions, tools] = await Promise.all([loadDefinitions(root), loadTools(root)])
  const toolList = { name: 'tools', type: 'AgentTool', from: './agent-tool.ts', folder: './tools' }
  return Promise.all([
    formatted(
      root,
      'src/extension/commands/all.ts',
      await commandList(root, 'src/extension/commands', 'CommandDefinition'),
    ),
    formatted(root, 'src/cli/commands/all.ts', await commandList(root, 'src/cli/commands', 'CliCommand')),
    formatted(root, 'src/agent-tools/all.ts', definitionList(toolList, await listCommandNames(root, toolFolder))),
    manifest(root, contributes(definitions, tools)),
  ])
}

async function formatted(root: URL, path: string, text: string): Promise<GeneratedFile> {
  const filepath = new URL(path, root).pathname
  return { path, text: await format(text, { ...(await resolveConfig(filepath)), filepath }) }
}

async function manifest(root: URL, contributes: object): Promise<GeneratedFile> {
  const path = 'package.json'
  const present: unknown = JSON.parse(await readFile(new URL(path, root), 'utf8'))
  if (typeof present !== 'object' || present === null) throw new TypeError(`${path} holds no object.`)
  return { path, text: `${JSON.stringify({ ...present, contributes }, null, 2)}\n` }
}
