import { stripVTControlCharacters } from 'node:util'
import type { MimeBundle } from '../../protocol/cell-outputs.ts'

/** What a kernel says of a name, as people read it; undefined for nothing. */
export function readInspection(data: MimeBundle | null): string | undefined {
  const text = data?.['text/plain']
  if (typeof text !== 'string') return undefined
  const plain = stripVTControlCharacters(text).trim()
  return plain === '' ? undefined : plain
}

export interface CallSignature {
  readonly label: string
  /** As they stand in the label. */
  readonly parameters: readonly string[]
  readonly documentation: string
}

/** The signature in what IPython says of a function: `Signature: f(a, b=2)`, over lines if it is long. */
export function readSignature(inspection: string): CallSignature | undefined {
  const start = /^(?:Init signature|Signature|Call signature):[ \t\n]*/m.exec(inspection)
  if (start === null) return undefined
  const rest = inspection.slice(start.index + start[0].length)
  const open = rest.indexOf('(')
  const end = open === -1 ? -1 : findClosing(rest, open)
  if (end === -1) return undefined
  const parameters = splitTop(rest.slice(open + 1, end)).map((each) => each.replaceAll(/\s*\n\s*/g, ' '))
  const label = `${rest.slice(0, open).trim()}(${parameters.join(', ')})${readReturn(rest.slice(end + 1))}`
  const documentation = /^(?:Init docstring|Docstring):[ \t]*([^]*?)(?=^[A-Z][a-z ]+:[ \t])/m.exec(
    `${inspection}\nEnd: `,
  )
  return { label, parameters, documentation: documentation?.[1]?.trim() ?? '' }
}

function readReturn(after: string): string {
  return /^ -> [^\n]*/.exec(after)?.[0].trimEnd() ?? ''
}

/** Where the bracket at `open` is closed; -1 where it is not. */
function findClosing(text: string, open: number): number {
  let end = -1
  walk(text, open, (index, depth) => {
    if (depth === 0 && end === -1) end = index
  })
  return end
}

/** The parts between the commas that are in no bracket and no text. */
function splitTop(text: string): string[] {
  const commas: number[] = []
  walk(text, 0, (index, depth) => {
    if (depth === 0 && text[index] === ',') commas.push(index)
  })
  const ends = [...commas, text.length]
  return ends.map((end, at) => text.slice(at === 0 ? 0 : (commas[at - 1] ?? 0) + 1, end).trim()).filter(Boolean)
}

/** Calls back at each character outside of texts, with how many brackets are open after it. */
function walk(text: string, from: number, visit: (index: number, depth: number) => void): void {
  let depth = 0
  let quote: string | undefined
  for (let index = from; index < text.length; index++) {
    const char = text.charAt(index)
    if (quote !== undefined) {
      if (char === '\\') index++
      else if (char === quote) quote = undefined
      continue
    }
    if (char === '"' || char === "'") quote = char
    if ('([{'.includes(char)) depth++
    if (')]}'.includes(char)) depth--
    visit(index, depth)
  }
}

/**
 * The call that a position is in: where its function ends, and how many arguments stand before the position. Undefined
 * outside of calls.
 */
export function findCall(
  code: string,
  position: number,
): { readonly end: number; readonly argument: number } | undefined {
  let depth = 0
  let argument = 0
  // Backwards, and so texts with brackets in them count as if they were code: good enough to show a hint by.
  for (let index = position - 1; index >= 0; index--) {
    const char = code.charAt(index)
    if (')]}'.includes(char)) depth++
    else if ('([{'.includes(char)) {
      if (depth > 0) depth--
      else if (char === '(' && /[\w)\]]\s*$/.test(code.slice(0, index))) return { end: index, argument }
      else argument = 0
    } else if (char === ',' && depth === 0) argument++
  }
  return undefined
}
