import type { ChosenNodes } from './choose-nodes.ts'
import { type Pairs, storeScale } from './insert-pairs.ts'
import type { ActivationScale } from './scale-activation.ts'

/** Names of scale and zero point of each value. What is only moved on shares those of what it comes from. */
export async function storeScales(
  { followers, values }: ChosenNodes,
  scales: ReadonlyMap<string, ActivationScale>,
  pairs: Pairs,
): Promise<Map<string, readonly string[]>> {
  const stored = new Map<string, readonly string[]>()
  const moved = new Map(
    followers.flatMap(({ keepsScale, inputs: [input = ''], output }) => (keepsScale ? [[output, input] as const] : [])),
  )
  const sourceOf = (name: string): string => {
    const from = moved.get(name)
    return from === undefined ? name : sourceOf(from)
  }
  for (const name of values) {
    const source = sourceOf(name)
    const scale = scales.get(source)
    if (scale === undefined) continue
    const names = stored.get(source) ?? (await storeScale(source, scale, pairs))
    stored.set(source, names)
    stored.set(name, names)
  }
  return stored
}
