import os from 'node:os'
import path from 'node:path'
import type { RunId } from '../protocol/ids.ts'
import type { Param, Tag } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { CodeState } from './code-state.ts'

/** The tags a supervised run begins with: its command, where it runs, its code, and who watches it. */
export function runTags(launch: {
  readonly command: readonly string[]
  /** The command before the values of params were put into it. */
  readonly template: readonly string[]
  readonly params: readonly Param[]
  readonly rerunOf?: RunId
  readonly cwd: string
  readonly workspace: string
  readonly user: string
  /** Missing where the engine tells it: it keeps the code of a job as a snapshot. */
  readonly code?: CodeState | undefined
}): readonly Tag[] {
  const { command, template, params, rerunOf, cwd, workspace, user, code } = launch
  const isTemplate = template.some((word, index) => word !== command[index])
  const tags: [string, string | undefined][] = [
    [tagNames.user, user],
    [tagNames.sourceName, sourceName(command)],
    [tagNames.sourceType, 'LOCAL'],
    [tagNames.gitCommit, code?.commit],
    [tagNames.gitBranch, code?.branch],
    [tagNames.gitRepoUrl, code?.remoteUrl],
    [tagNames.gitDirty, code === undefined ? undefined : String(code.dirty)],
    [tagNames.command, JSON.stringify(command)],
    [tagNames.commandTemplate, isTemplate ? JSON.stringify(template) : undefined],
    [tagNames.launchParams, params.length === 0 ? undefined : JSON.stringify(params.map(({ key }) => key))],
    [tagNames.rerunOf, rerunOf],
    [tagNames.workingDirectory, relativeIfInside(workspace, cwd)],
    [tagNames.supervisor, `${os.hostname()}:${process.pid}`],
  ]
  return tags.flatMap(([key, value]) => (value === undefined || value === '' ? [] : [{ key, value }]))
}

/** The script where an interpreter is given one, else the program. */
function sourceName(command: readonly string[]): string | undefined {
  const [program = '', ...rest] = command
  const script = rest.find((word) => /\.(py|ts|mts|js|mjs|cjs|ipynb|sh|R|jl)$/.test(word))
  return script ?? program
}

function relativeIfInside(workspace: string, folder: string): string {
  const relative = path.relative(workspace, folder)
  if (relative === '') return '.'
  const outside = relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)
  return outside ? folder : relative.split(path.sep).join('/')
}
