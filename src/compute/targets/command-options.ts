import { listOf, object, oneOf, refine, refuse, text } from '../../protocol/parse.ts'
import type { Parser } from '../../protocol/parse.ts'
import { listUnknown } from './command-template.ts'
import { targetFolder } from './target-options.ts'

/** What a word of a system for jobs means. */
export const commandStates = ['waiting', 'running', 'finished', 'failed', 'cancelled', 'preempted'] as const
export type CommandState = (typeof commandStates)[number]

/** A system for jobs that is known by its commands alone, each a list of words with placeholders in them. */
export interface CommandOptions {
  /** Runs `{script}` some time, somewhere that has the same files; prints the id as the last word of its first line. */
  readonly submit: readonly string[]
  /** Prints a line for each of `{ids}`: the id is its first word, the state one of the others. */
  readonly status: readonly string[]
  /** What the words for states mean. A job that is in no line is none of the system's any more. */
  readonly states: Readonly<Record<string, CommandState>>
  readonly cancel: readonly string[]
  /** Prints the whole output of `{id}`; without it the output is read from the folder of the attempt. */
  readonly logs?: readonly string[]
  /** Sends SIGUSR1 to `{id}`. */
  readonly checkpoint?: readonly string[]
  /** Where attempts have their folders; whatever runs them must share it. Default `~/.runwright/jobs`. */
  readonly folder?: string
}

const template: Parser<readonly string[]> = refine(listOf(text, 100), (words, path) => {
  const unknown = listUnknown(words)
  if (words.length === 0) return refuse(words, path, 'expected a program and its arguments')
  if (unknown.length > 0) return refuse(unknown.join(', '), path, 'no such placeholder')
  return words
})

const states: Parser<Readonly<Record<string, CommandState>>> = (value, path) => {
  if (typeof value !== 'object' || value === null) return refuse(value, path, 'expected words with their meaning')
  const parse = oneOf(commandStates)
  // Without a prototype, so that a word such as `constructor` is one like all others.
  const parsed: Record<string, CommandState> = Object.create(null)
  for (const [word, meaning] of Object.entries(value)) parsed[word] = parse(meaning, `${path}.${word}`)
  return parsed
}

/** Reads the description of a `command` target. @throws INVALID_PARAMETER_VALUE that names the field */
export const parseCommandOptions: Parser<CommandOptions> = object(
  { submit: template, status: template, states, cancel: template },
  { logs: template, checkpoint: template, folder: targetFolder },
)
