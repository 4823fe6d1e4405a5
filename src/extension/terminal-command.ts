import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type * as vscode from 'vscode'
import { localize } from './localize.ts'

/** A program that runs the command line: this editor's own Node, and the bundle. */
export interface CommandLineProgram {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/**
 * Makes `runwright` a command in the editor's terminals, where nothing else has to be installed: a small script in the
 * extension's own storage, and that folder on the PATH of new terminals.
 */
export async function offerInTerminals(
  { globalStorageUri, environmentVariableCollection }: vscode.ExtensionContext,
  program: CommandLineProgram,
): Promise<void> {
  const folder = join(globalStorageUri.fsPath, 'bin')
  await mkdir(folder, { recursive: true })
  const [name, script] =
    process.platform === 'win32'
      ? ['runwright.cmd', createBatchFile(program)]
      : ['runwright', createShellScript(program)]
  await writeProgram(join(folder, name), script)
  environmentVariableCollection.description = localize('Adds the command `runwright`.')
  environmentVariableCollection.prepend('PATH', folder + delimiter)
}

/** Exported for its test. */
export function createShellScript({ file, args, env }: CommandLineProgram): string {
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`)
  return `#!/bin/sh\n${[...assignments, 'exec', quote(file), ...args.map(quote)].join(' ')} "$@"\n`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function createBatchFile({ file, args, env }: CommandLineProgram): string {
  // Within quotes a batch file still replaces what stands between two per cent signs.
  const inQuotes = (text: string) => `"${text.replaceAll('%', '%%')}"`
  const assignments = Object.entries(env).map(([name, value]) => `set ${name}=${value.replaceAll('%', '%%')}`)
  return ['@echo off', 'setlocal', ...assignments, [file, ...args].map(inQuotes).join(' ') + ' %*', ''].join('\r\n')
}

/** Terminals may be starting it right now: the file changes whole, and only when the editor or the extension moved. */
async function writeProgram(path: string, script: string): Promise<void> {
  const present = await readFile(path, 'utf8').catch(() => undefined)
  if (present === script) return
  const complete = `${path}.${process.pid}.tmp`
  await writeFile(complete, script)
  await chmod(complete, 0o755)
  await rename(complete, path)
}
