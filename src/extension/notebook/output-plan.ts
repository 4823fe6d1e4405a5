import { type CellOutput, joinOutputs, type MimeBundle } from '../../protocol/cell-outputs.ts'

/** What is to be done to a cell so that it shows what its kernel said. */
export type OutputAct =
  | { readonly kind: 'clear' }
  | { readonly kind: 'append'; readonly output: CellOutput }
  /** To the end of the cell's last output, a stream of the same name. */
  | { readonly kind: 'extend'; readonly output: CellOutput & { readonly kind: 'stream' } }
  /** Of every display of this id. */
  | { readonly kind: 'update'; readonly output: CellOutput & { readonly kind: 'update' } }
  /** The limit is reached: from here on outputs are left out. */
  | { readonly kind: 'cut' }

/** Turns outputs into as few acts as show the same, and keeps a cell within the limits. */
export interface OutputPlan {
  /** @param outputs in the order the kernel said them */
  next(outputs: readonly CellOutput[]): readonly OutputAct[]
}

export interface OutputLimits {
  /** Characters of text that a cell shows. */
  readonly text: number
  /** Characters of pictures, tables and whatever else is no plain text, as they came. */
  readonly data: number
}

/** An editor stays quick with so much in one cell; what is above it is in the journal. */
export const outputLimits: OutputLimits = { text: 1_000_000, data: 50_000_000 }

export function createOutputPlan(limits: OutputLimits = outputLimits): OutputPlan {
  let isClearing = false
  let last: CellOutput | undefined
  let left = { ...limits }
  let isCut = false

  function clear(): OutputAct {
    isClearing = false
    isCut = false
    last = undefined
    left = { ...limits }
    return { kind: 'clear' }
  }

  function* show(output: CellOutput): Generator<OutputAct> {
    if (isClearing) yield clear()
    const kind = output.kind === 'stream' ? 'text' : 'data'
    const fitting = output.kind === 'error' ? output : fit(output, left[kind])
    if (fitting !== undefined) {
      left = { ...left, [kind]: left[kind] - sizeOf(fitting) }
      const isMore = last?.kind === 'stream' && fitting.kind === 'stream' && last.name === fitting.name
      yield isMore ? { kind: 'extend', output: fitting } : { kind: 'append', output: fitting }
      last = fitting
    }
    if (fitting === output) return
    // What comes later is not shown as if it came next.
    left = { ...left, [kind]: 0 }
    if (isCut) return
    isCut = true
    last = undefined
    yield { kind: 'cut' }
  }

  function* plan(output: CellOutput): Generator<OutputAct> {
    if (output.kind === 'clear' && output.waits) isClearing = true
    else if (output.kind === 'clear') yield clear()
    else if (output.kind === 'update') yield { kind: 'update', output }
    else if (output.kind !== 'input' && output.kind !== 'other') yield* show(output)
  }

  return {
    next(outputs) {
      const acts = joinAll(outputs).flatMap((output) => [...plan(output)])
      const cleared = acts.findLastIndex(({ kind }) => kind === 'clear')
      // What is cleared at once need not be shown; displays elsewhere are updated nevertheless.
      return acts.filter(({ kind }, index) => index >= cleared || kind === 'update')
    },
  }
}

function joinAll(outputs: readonly CellOutput[]): CellOutput[] {
  const joined: CellOutput[] = []
  for (const output of outputs) {
    const last = joined.at(-1)
    const both = last === undefined ? undefined : joinOutputs(last, output)
    if (both === undefined) joined.push(output)
    else joined[joined.length - 1] = both
  }
  return joined
}

/** As much of it as there is room for: of a stream a part, of anything else all or nothing. */
function fit(output: CellOutput, room: number): CellOutput | undefined {
  if (sizeOf(output) <= room) return output
  if (output.kind !== 'stream' || room <= 0) return undefined
  const end = output.text.lastIndexOf('\n', room - 1) + 1
  return end === 0 ? undefined : { ...output, text: output.text.slice(0, end) }
}

function sizeOf(output: CellOutput): number {
  if (output.kind === 'stream') return output.text.length
  return output.kind === 'display' || output.kind === 'result' ? sizeOfData(output.data) : 0
}

function sizeOfData(data: MimeBundle): number {
  return Object.values(data)
    .map((value) => (typeof value === 'string' ? value.length : JSON.stringify(value).length))
    .reduce((sum, size) => sum + size, 0)
}
