import { readdir } from 'node:fs/promises'

/** The names of the files in a folder of commands, without `.ts`, in alphabetical order. */
export async function listCommandNames(root: URL, folder: string): Promise<readonly string[]> {
  const files = await readdir(new URL(`${folder}/`, root))
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'all.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()
}

/** The text of `all.ts`: every command of the folder, imported from the file that defines it. */
export async function commandList(root: URL, folder: string, type: string): Promise<string> {
  const names = await listCommandNames(root, folder)
  return [
    '// Written by `npm run generate` from the files of this folder.',
    `import type { ${type} } from '../command.ts'`,
    ...names.map((name) => `import ${toIdentifier(name)} from './${name}.ts'`),
    '',
    `export const commands: readonly ${type}[] = [${names.map(toIdentifier).join(', ')}]`,
  ].join('\n')
}

function toIdentifier(name: string): string {
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
