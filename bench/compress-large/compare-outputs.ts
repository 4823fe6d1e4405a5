import { openSessionHost, type SessionHost } from '../../src/onnx/session.ts'
import { testRuntime } from '../../src/onnx/test-runtime.ts'
import { cosine } from '../compress/cosine.ts'

/** Words that both models are given, in rows of some. */
const [rows, length] = [8, 32]

/**
 * The least cosine that what two models say of one word have, over words that are spread over all there are. They run one
 * after the other, so that one is in memory at a time.
 *
 * @throws {Error} when one gives what is no output of the other
 */
export async function compareOutputs(original: string, other: string, words: number): Promise<number> {
  await using host = await openSessionHost(testRuntime, {}, new AbortController().signal)
  const [before, after] = [await answer(host, original, words), await answer(host, other, words)]
  if (before.length !== after.length) throw new Error(`${other} gives other outputs.`)
  const width = before.length / (rows * length)
  const cosines = Array.from({ length: rows * length }, (_, word) => {
    const place = [word * width, (word + 1) * width] as const
    return cosine(before.subarray(...place), after.subarray(...place))
  })
  return Math.min(...cosines)
}

async function answer(host: SessionHost, path: string, words: number): Promise<Float32Array> {
  await using session = await host.open(path)
  const data = BigInt64Array.from({ length: rows * length }, (_, at) => BigInt((at * 7919) % words))
  const { outputs } = await session.run(new Map([['x', { dtype: 'int64', dims: [rows, length], data }]]))
  const found = outputs.get('y')
  if (!(found?.data instanceof Float32Array)) throw new Error(`${path} gives no floats.`)
  return found.data.slice()
}
