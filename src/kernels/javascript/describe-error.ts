import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import type { CellError } from './thread-messages.ts'

type SourceOf = (name: string) => string | undefined

/** Whatever a cell threw, as a notebook shows it. @param sourceOf the code of a cell by the name that stacks call it */
export function describeError(thrown: unknown, sourceOf: SourceOf = () => undefined): CellError {
  try {
    return thrown instanceof Error ? describeThrown(thrown, sourceOf) : describeOther(thrown)
  } catch {
    // It fails where it is asked what it is.
    const evalue = 'Something was thrown that cannot be shown.'
    return { ename: 'Thrown', evalue, traceback: [evalue] }
  }
}

function describeOther(thrown: unknown): CellError {
  const text = inspect(thrown, { depth: 2 })
  return { ename: 'Thrown', evalue: text, traceback: [`Thrown: ${text}`] }
}

function describeThrown(thrown: Error, sourceOf: SourceOf): CellError {
  const lines = withoutOurs(inspect(thrown, { depth: 2 }).split('\n'))
  const shown = pointAt(String(thrown.stack), sourceOf)
  return {
    ename: String(thrown.name),
    evalue: String(thrown.message),
    traceback: [...(shown === undefined ? [] : [`${shown}\n`]), ...lines],
  }
}

function withoutOurs(lines: readonly string[]): string[] {
  const kept: string[] = []
  for (const line of lines) {
    if (!isOurs(line)) kept.push(line)
    // What an error has of its own follows the last of its frames.
    else if (line.endsWith(' {')) kept.push(`${kept.pop() ?? ''} {`)
  }
  return kept
}

const own = new URL('.', import.meta.url)
const ours = ['node:internal/', 'node:inspector', 'node:async_hooks', 'at Worker.emit (', own.href, fileURLToPath(own)]

/** Frames of what runs the cells say nothing about what is wrong; nor does it how many of them a cause has in common. */
function isOurs(line: string): boolean {
  if (/^\s*\.\.\. \d+ lines matching cause stack trace/.test(line)) return true
  return /^\s*at /.test(line) && ours.some((place) => line.includes(place))
}

/** The line of a cell that is the first of a stack, with a mark below. */
function pointAt(stack: string, sourceOf: SourceOf): string | undefined {
  const [, name = '', line = '', column = ''] = /(cell\[\d+\]):(\d+):(\d+)/.exec(stack) ?? []
  const text = sourceOf(name)?.split('\n')[Number(line) - 1]
  if (text === undefined) return undefined
  return `${name}:${line}\n${text}\n${' '.repeat(Math.max(0, Number(column) - 1))}^`
}
