/** Layers one after the other; `kernel` is [inputs][neurons]. */
export type Stack = readonly { readonly kernel: readonly (readonly number[])[]; readonly bias: readonly number[] }[]

/** Keeps `count` neurons of each layer but the last: those whose weights have the greatest sum of magnitudes. */
export function pruneNeurons(stack: Stack, count: number): { kernel: number[][]; bias: number[] }[] {
  let inputs = stack[0]?.kernel.map((_, index) => index) ?? []
  return stack.map(({ kernel, bias }, layer) => {
    const size = (neuron: number) => kernel.reduce((sum, row) => sum + Math.abs(row[neuron] ?? 0), 0)
    const all = bias.map((_, neuron) => neuron)
    const largest = all.toSorted((a, b) => size(b) - size(a) || a - b).slice(0, count)
    const kept = layer === stack.length - 1 ? all : largest.toSorted((a, b) => a - b)
    const cut = {
      kernel: inputs.map((input) => kept.map((neuron) => kernel[input]?.[neuron] ?? 0)),
      bias: kept.map((neuron) => bias[neuron] ?? 0),
    }
    inputs = kept
    return cut
  })
}
