import type { Attempt } from '../target.ts'
import { quoteWord } from '../wrapper/quote.ts'
import type { Shell } from './shell.ts'

/** Where the command of an attempt finds its code and environment on a target. */
export interface PlacedCode {
  /** Absolute, or in the home of the user there, as `~/code`; it is made where it is missing. */
  readonly directory: string
  /** What the environment that was built for it adds, as PATH. */
  readonly env?: Readonly<Record<string, string>>
}

/** Brings an attempt's code and environment to a machine, unless they are there; called before each submission. */
export type PlaceCode = (attempt: Attempt, shell: Shell) => Promise<PlacedCode>

/** A shell's words that go to the folder of the code, from anywhere. */
export function enterCode(directory: string): string {
  const word = quoteWord(directory.replace(/^~\//, ''))
  return `cd "$HOME" && mkdir -p ${word} && cd ${word}`
}
