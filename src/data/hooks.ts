import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createWritingGit } from '../git/git.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { driverCommand, type HookName, hookNames, type HookProgram, hookScript, isOurs } from './history/hook-script.ts'
import { type GitSide, openGitSide } from './history/git-side.ts'
import type { DataRepository } from './repository.ts'

export type { HookName, HookProgram } from './history/hook-script.ts'

export interface HookState {
  readonly name: HookName
  /** Absolute. */
  readonly path: string
  /** There is a hook of the user's own, which runs before. */
  readonly isChained: boolean
}

/** How git knows the merge driver. */
const driverName = 'runwright'
const attribute = `*.dvc merge=${driverName}`

/**
 * Has git call this program: data follows a checkout and a merge, and is pushed before commits are. A hook that is there
 * already is kept under another name and runs first; its refusal is one.
 *
 * @returns the hooks
 * @throws INVALID_STATE where another program keeps the hooks (`core.hooksPath`)
 */
export async function installHooks(
  repository: Pick<DataRepository, 'root'>,
  env: Readonly<Record<string, string | undefined>>,
  program: HookProgram,
): Promise<readonly HookState[]> {
  const folder = await findHookFolder(await openGitSide(repository, env))
  mkdirSync(folder, { recursive: true })
  return hookNames.map((name) => {
    const path = join(folder, name)
    const kept = keptPath(path)
    if (existsSync(path) && !isOurs(readFileSync(path, 'utf8'))) {
      if (existsSync(kept)) throw createTwice(path, kept)
      renameSync(path, kept)
    }
    writeBeside(path, hookScript(name, program))
    return { name, path, isChained: existsSync(kept) }
  })
}

/** Takes the hooks away and puts those of the user back. @returns their names */
export async function removeHooks(
  repository: Pick<DataRepository, 'root'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly HookName[]> {
  const side = await openGitSide(repository, env)
  await uninstallMergeDriver(side)
  const folder = join(await findCommonFolder(side), 'hooks')
  return hookNames.filter((name) => {
    const path = join(folder, name)
    if (!existsSync(path) || !isOurs(readFileSync(path, 'utf8'))) return false
    const kept = keptPath(path)
    if (existsSync(kept)) renameSync(kept, path)
    else rmSync(path)
    return true
  })
}

function keptPath(path: string): string {
  return `${path}.before-runwright`
}

function createTwice(path: string, kept: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `${path} is no hook of Runwright's, and ${kept} is there, too.`, {
    hint: 'Put what is to run into one of them, and remove the other.',
  })
}

/** Git may start it at any moment, so it is there whole. */
function writeBeside(path: string, text: string): void {
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, text)
  chmodSync(beside, 0o755)
  renameSync(beside, path)
}

/** All work trees of a repository have the same. */
async function findCommonFolder({ git, root }: GitSide): Promise<string> {
  const folder = (await git(['rev-parse', '--path-format=absolute', '--git-common-dir']))?.toString().trim()
  if (folder !== undefined && folder !== '') return folder
  throw new RunwrightError('INVALID_STATE', `git cannot tell where it keeps the hooks of ${root}.`)
}

async function findHookFolder(side: GitSide): Promise<string> {
  // Our own git has hooks turned off, by a setting of the scope `command`.
  const listed = (await side.git(['config', '--show-scope', '-z', '--get-all', 'core.hooksPath']))?.toString() ?? ''
  const words = listed.split('\0')
  const given = words.filter((_, index) => index % 2 === 1 && words[index - 1] !== 'command').at(-1)
  if (given === undefined) return join(await findCommonFolder(side), 'hooks')
  throw new RunwrightError('INVALID_STATE', `Another program keeps the hooks of ${side.root}, in ${given}.`, {
    hint: `Add the line 'runwright data git-hook ${hookNames[0]} "$@"' to its hook ${hookNames[0]}, and alike to ${hookNames.slice(1).join(' and ')}.`,
  })
}

/**
 * Has git merge `.dvc` files of folders file by file, in this clone: a driver in its settings, and an attribute in
 * `info/attributes`, which no commit holds.
 */
export async function installMergeDriver(
  repository: Pick<DataRepository, 'root'>,
  env: Readonly<Record<string, string | undefined>>,
  program: HookProgram,
): Promise<void> {
  const side = await openGitSide(repository, env)
  const write = createWritingGit(side.root, side.env)
  await write(['config', '--local', `merge.${driverName}.name`, 'Folders of data, file by file'])
  await write(['config', '--local', `merge.${driverName}.driver`, driverCommand(program)])
  await changeAttributes(side, (lines) => [...lines.filter((line) => line !== attribute), attribute])
}

async function uninstallMergeDriver(side: GitSide): Promise<void> {
  const section = `merge.${driverName}`
  if ((await side.git(['config', '--local', '--get', `${section}.driver`])) === undefined) return
  await createWritingGit(side.root, side.env)(['config', '--local', '--remove-section', section])
  await changeAttributes(side, (lines) => lines.filter((line) => line !== attribute))
}

async function changeAttributes(side: GitSide, change: (lines: readonly string[]) => readonly string[]): Promise<void> {
  const file = join(await findCommonFolder(side), 'info', 'attributes')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const lines = change(text.split('\n').slice(0, text.endsWith('\n') ? -1 : undefined))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(
    file,
    lines
      .filter((line, index) => line !== '' || index < lines.length - 1)
      .map((line) => `${line}\n`)
      .join(''),
  )
}
