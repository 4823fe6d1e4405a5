import type { Session, ValueSignature } from '../../onnx/session.ts'

/** In which ways a model cannot stand in the place of another; empty when it can. */
export function compareSignatures(original: Session, candidate: Session): readonly string[] {
  return [
    ...compareValues('input', original.inputs, candidate.inputs),
    ...compareValues('output', original.outputs, candidate.outputs),
    ...candidate.inputs
      .filter(({ name }) => !original.inputs.some((input) => input.name === name))
      .map(({ name }) => `It wants an input “${name}”, which the original has not.`),
  ]
}

function compareValues(
  kind: 'input' | 'output',
  originals: readonly ValueSignature[],
  candidates: readonly ValueSignature[],
): readonly string[] {
  return originals.flatMap((original) => {
    const candidate = candidates.find(({ name }) => name === original.name)
    if (candidate === undefined) return [`The ${kind} “${original.name}” is missing.`]
    if (candidate.dtype !== original.dtype) {
      return [
        `The ${kind} “${original.name}” is ${candidate.dtype ?? 'no tensor'} and was ${original.dtype ?? 'none'}.`,
      ]
    }
    const differs =
      candidate.dims.length !== original.dims.length ||
      candidate.dims.some((dim, at) => typeof dim === 'number' && dim !== original.dims[at])
    // What an output is declared as need not be what it is; that is seen when it runs.
    if (kind === 'output' || !differs) return []
    return [`The input “${original.name}” takes [${candidate.dims.join(', ')}] and took [${original.dims.join(', ')}].`]
  })
}
