import type { Feeds, Session } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { toNumbers } from '../model-test/numbers.ts'
import { withoutPadding } from '../model-test/without-padding.ts'

type Outputs = ReadonlyMap<string, TensorValue>

/** Feeds, and what the original gives for them. */
export interface KnownAnswer {
  readonly feeds: Feeds
  readonly outputs: Outputs
}

/**
 * How far a model's outputs are from the original's: the root of the squared errors, as a share of the outputs' own, in
 * the mean over outputs of numbers. Infinite where the model gives what is no number.
 *
 * @throws as `Session.run`
 */
export async function measureError(
  session: Pick<Session, 'run'>,
  known: readonly KnownAnswer[],
  signal: AbortSignal,
): Promise<number> {
  const sums = new Map<string, { error: number; power: number }>()
  for (const { feeds, outputs } of known) {
    const given = await session.run(feeds, { signal })
    const others = withoutPadding(feeds, given.outputs)
    for (const [name, value] of withoutPadding(feeds, outputs)) {
      const other = others.get(name)
      const [first, second] = [toNumbers(value), other === undefined ? undefined : toNumbers(other)]
      if (first === undefined) continue
      const sum = sums.get(name) ?? { error: 0, power: 0 }
      sums.set(name, sum)
      addErrors(sum, first, second)
    }
  }
  const shares = [...sums.values()].map(({ error, power }) => Math.sqrt(error / (power || 1)))
  const total = shares.reduce((sum, share) => sum + share, 0)
  return Number.isNaN(total) ? Infinity : total / Math.max(1, shares.length)
}

function addErrors(
  sum: { error: number; power: number },
  original: ArrayLike<number>,
  candidate: ArrayLike<number> | undefined,
): void {
  for (let index = 0; index < original.length; index++) {
    const value = original[index] ?? 0
    // What the original gives itself as no number says nothing.
    if (!Number.isFinite(value)) continue
    sum.error += (value - (candidate?.[index] ?? Number.NaN)) ** 2
    sum.power += value ** 2
  }
}
