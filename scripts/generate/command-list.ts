import { readdir } from 'node:fs/promises'

/** The names of the files in a folder of commands, without `.ts`, in alphabetical order. */
export async function listCommandNames(root: URL, folder: string): Promise<readonly string[]> {
  const files = await readdir(new URL(`${folder}/`, root))
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'all.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()
}

/** The text of `all.ts` for commands that are loaded one at a time, by their names. */
export function lazyCommandList(commands: readonly { readonly file: string; readonly name: string }[]): string {
  return [
    '// Written by `npm run generate` from the files of this folder.',
    "import type { ListedCommand } from '../command.ts'",
    '',
    'export const commands: readonly ListedCommand[] = [',
    ...commands.map(
      ({ file, name }) => `{ name: '${name}', load: async () => (await import('./${file}.ts')).default },`,
    ),
    ']',
  ].join('\n')
}

/** The text of `all.ts`: every command of the folder, imported from the file that defines it. */
export async function commandList(root: URL, folder: string, type: string): Promise<string> {
  return definitionList(
    { name: 'commands', type, from: '../command.ts', folder: '.' },
    await listCommandNames(root, folder),
  )
}

/** The text of a list of definitions of one type, each imported from its file in `folder`. */
export function definitionList(
  { name, type, from, folder }: { name: string; type: string; from: string; folder: string },
  files: readonly string[],
): string {
  return [
    '// Written by `npm run generate` from the files of this folder.',
    `import type { ${type} } from '${from}'`,
    ...files.map((file) => `import ${toIdentifier(file)} from '${folder}/${file}.ts'`),
    '',
    `export const ${name}: readonly ${type}[] = [${files.map(toIdentifier).join(', ')}]`,
  ].join('\n')
}

function toIdentifier(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
