import { RunwrightError } from './errors.ts'
import { findTag, type Param, type Run } from './runs.ts'
import { tagNames } from './tag-names.ts'

/** How a run was started, as `runwright run` recorded it. */
export interface RecordedLaunch {
  /** Program and arguments, with `{key}` where the values of `params` go. */
  readonly command: readonly string[]
  /** Those the run was started with; what its program logged itself is not among them. */
  readonly params: readonly Param[]
  /** Relative to the workspace where it lies inside, else absolute. */
  readonly workingDirectory: string
}

/** @throws INVALID_STATE when no command was recorded, or the record was cut off */
export function readLaunch(run: Pick<Run, 'name' | 'params' | 'tags'>): RecordedLaunch {
  const command = findTag(run, tagNames.commandTemplate) ?? findTag(run, tagNames.command)
  if (command === undefined) {
    throw new RunwrightError('INVALID_STATE', `Run “${run.name}” does not say which command it ran.`, {
      hint: 'Runs started with “runwright run” do.',
    })
  }
  const words = parseWords(command)
  const keys = parseWords(findTag(run, tagNames.launchParams) ?? '[]')
  if (words === undefined || words.length === 0 || keys === undefined) {
    throw new RunwrightError('INVALID_STATE', `The recorded command of run “${run.name}” is not complete.`, {
      hint: 'Start it anew with “runwright run”.',
    })
  }
  const params = run.params.filter(({ key }) => keys.includes(key))
  return { command: words, params, workingDirectory: findTag(run, tagNames.workingDirectory) ?? '.' }
}

/** A list of words as a tag holds it, in JSON; undefined when it is none. */
export function parseWords(json: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(json)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined
  } catch {
    return undefined
  }
}
