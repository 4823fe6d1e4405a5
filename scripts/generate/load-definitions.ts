import type { AgentTool } from '../../src/agent-tools/agent-tool.ts'
import type { CliCommand } from '../../src/cli/command.ts'
import type { CommandDefinition } from '../../src/extension/command.ts'
import { listCommandNames } from './command-list.ts'

const commandFolder = 'src/extension/commands'
export const cliCommandFolder = 'src/cli/commands'
export const toolFolder = 'src/agent-tools/tools'

/** Loads every command of the extension from its file, so that a list that is not up to date plays no part. */
export function loadDefinitions(root: URL): Promise<readonly CommandDefinition[]> {
  return loadAll(root, commandFolder, isCommand, 'a command, made by defineCommand')
}

/** Loads every command of the command line, to know its name. */
export async function loadCliCommands(root: URL): Promise<readonly { readonly file: string; readonly name: string }[]> {
  const files = await listCommandNames(root, cliCommandFolder)
  const commands = await loadAll(root, cliCommandFolder, isCliCommand, 'a command, made by defineCliCommand')
  return commands.map(({ name }, index) => ({ file: files[index] ?? '', name }))
}

/** Loads every tool for language models from its file. */
export function loadTools(root: URL): Promise<readonly AgentTool[]> {
  return loadAll(root, toolFolder, isTool, 'a tool, made by defineAgentTool')
}

async function loadAll<Definition>(
  root: URL,
  folder: string,
  isDefinition: (value: unknown) => value is Definition,
  what: string,
): Promise<readonly Definition[]> {
  const names = await listCommandNames(root, folder)
  return Promise.all(
    names.map(async (name) => {
      const path = `${folder}/${name}.ts`
      const loaded: unknown = await import(new URL(path, root).href)
      if (typeof loaded === 'object' && loaded !== null && 'default' in loaded && isDefinition(loaded.default)) {
        return loaded.default
      }
      throw new TypeError(`${path} must have ${what}, as its default export.`)
    }),
  )
}

function isCommand(value: unknown): value is CommandDefinition {
  return typeof value === 'object' && value !== null && 'id' in value && 'title' in value && 'run' in value
}

function isCliCommand(value: unknown): value is CliCommand {
  return typeof value === 'object' && value !== null && 'name' in value && 'summary' in value && 'execute' in value
}

function isTool(value: unknown): value is AgentTool {
  return typeof value === 'object' && value !== null && 'name' in value && 'inputSchema' in value && 'run' in value
}
