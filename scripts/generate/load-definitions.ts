import type { CommandDefinition } from '../../src/extension/command.ts'
import { listCommandNames } from './command-list.ts'

const folder = 'src/extension/commands'

/** Loads every command of the extension from its file, so that a list that is not up to date plays no part. */
export async function loadDefinitions(root: URL): Promise<readonly CommandDefinition[]> {
  const names = await listCommandNames(root, folder)
  return Promise.all(names.map((name) => loadDefinition(root, `${folder}/${name}.ts`)))
}

async function loadDefinition(root: URL, path: string): Promise<CommandDefinition> {
  const loaded: unknown = await import(new URL(path, root).href)
  if (typeof loaded === 'object' && loaded !== null && 'default' in loaded && isDefinition(loaded.default)) {
    return loaded.default
  }
  throw new TypeError(`${path} must have a command, made by defineCommand, as its default export.`)
}

function isDefinition(value: unknown): value is CommandDefinition {
  return typeof value === 'object' && value !== null && 'id' in value && 'title' in value && 'run' in value
}
