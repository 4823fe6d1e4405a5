import { parseArgs } from 'node:util'
import { splitCommandLine } from '../../../base/command-line.ts'
import type { Param } from '../../../protocol/runs.ts'

/** What stands behind `%%track`. */
export interface TrackWords {
  readonly name: string | undefined
  readonly experiment: string | undefined
  /** Whether constants of the cell are params. */
  readonly takesConstants: boolean
  readonly params: readonly Param[]
  /** Variables that are logged when the cell ends. */
  readonly metrics: readonly string[]
}

/** @throws Error for words that it does not take */
export function readTrackWords(line: string): TrackWords {
  const options = {
    experiment: { type: 'string', short: 'e' },
    params: { type: 'boolean' },
    param: { type: 'string', short: 'p', multiple: true },
    metric: { type: 'string', multiple: true },
  } as const
  const args = splitWords('%track', line)
  const { values, positionals } = orSentence(() => parseArgs({ args, options, allowPositionals: true }))
  if (positionals.length > 1) throw new Error(`%%track takes one name, not ${positionals.length}.`)
  const { experiment, params: takesConstants = false, param = [], metric: metrics = [] } = values
  return { name: positionals[0], experiment, takesConstants, params: param.map(toParam), metrics }
}

/** An error of its first sentence alone: what follows is about programs, and so is where it was found. */
function orSentence<T>(act: () => T): T {
  let message: string
  try {
    return act()
  } catch (error) {
    message = error instanceof Error ? error.message : String(error)
  }
  throw new Error(`%%track: ${message.split('. ')[0]}.`)
}

function toParam(word: string): Param {
  const equals = word.indexOf('=')
  if (equals < 1) throw new Error(`%%track: --param ${word} is not KEY=VALUE.`)
  return { key: word.slice(0, equals), value: word.slice(equals + 1) }
}

/** As a shell does. @throws Error for a quote without its end */
export function splitWords(name: string, line: string): string[] {
  const words = splitCommandLine(line)
  if (words === undefined) throw new Error(`%${name}: a quote is not closed in: ${line}`)
  return [...words]
}
