import type { Attempt } from '../target.ts'
import { quotePath, quoteWord } from '../../ssh/quote.ts'
import type { Shell } from '../../ssh/shell.ts'

/** Where the command of an attempt finds its code and environment on a target. */
export interface PlacedCode {
  /** The workspace in it: absolute, or in the home of the user there, as `~/code`; it is made where it is missing. */
  readonly directory: string
  /** Where the job keeps its checkpoints, as `directory`; it is there for all of its attempts. */
  readonly checkpoints?: string
  /** Lines of a POSIX shell that the job itself runs before its command: they build its environment and enter it. */
  readonly prepare?: string
}

/** Brings an attempt's code to a machine, unless it is there; called before each submission. */
export type PlaceCode = (attempt: Attempt, shell: Shell) => Promise<PlacedCode>

/** A shell's words that go to the folder of the code, from anywhere. */
export function enterCode(directory: string): string {
  const word = quoteWord(directory.replace(/^~\//, ''))
  return `cd "$HOME" && mkdir -p ${word} && cd ${word}`
}

const prepareFile = 'prepare.sh'

/**
 * A command that prepares itself, and the files in the attempt's folder that it takes.
 *
 * @param folder of the attempt on the target, absolute or as `~/x`
 */
export function prepareCommand(
  { prepare }: PlacedCode,
  folder: string,
  command: readonly string[],
): { readonly command: readonly string[]; readonly files: Readonly<Record<string, string>> } {
  if (prepare === undefined) return { command, files: {} }
  // A file, for a list of requirements may be longer than a word of a command can be.
  const start = ['sh', '-c', `. ${quotePath(`${folder}/${prepareFile}`)}`, 'sh']
  return { command: [...start, ...command], files: { [prepareFile]: `${prepare}exec "$@"\n` } }
}
