import { openSampleData } from '../../src/compress/open-sample-data.ts'
import type { Feeds, Session, SessionHost } from '../../src/onnx/session.ts'
import { cosine } from '../compress/cosine.ts'

/** Sentences of a run. */
const batch = 16

/** The embeddings of sentences by a model that gives a vector for each word: their mean over the words of the sentence. */
export async function embedSentences(
  host: SessionHost,
  model: string,
  test: string,
  count: number,
): Promise<readonly Float64Array[]> {
  await using session = await host.open(model)
  await using data = await openSampleData(test, session.inputs)
  const embeddings: Float64Array[] = []
  for await (const { feeds } of data.batches(batch)) {
    embeddings.push(...(await embed(session, feeds)))
    if (embeddings.length >= count) break
  }
  return embeddings.slice(0, count)
}

async function embed(session: Session, feeds: Feeds): Promise<readonly Float64Array[]> {
  const { outputs } = await session.run(feeds)
  const [states] = outputs.values()
  const mask = feeds.get('attention_mask')
  if (!(states?.data instanceof Float32Array) || !(mask?.data instanceof BigInt64Array)) {
    throw new Error('The model gives no vectors of words.')
  }
  const [sentences = 0, words = 0, width = 0] = states.dims
  const [values, isWord] = [states.data, mask.data]
  return Array.from({ length: sentences }, (_, sentence) => {
    const sum = new Float64Array(width)
    for (let word = 0; word < words; word++) {
      const place = sentence * words + word
      if (isWord[place] === 0n) continue
      for (let at = 0; at < width; at++) sum[at] = (sum[at] ?? 0) + (values[place * width + at] ?? 0)
    }
    return sum
  })
}

/** How alike the answers of two models are, sentence by sentence. @returns cosines */
export function compareEmbeddings(first: readonly Float64Array[], second: readonly Float64Array[]): readonly number[] {
  return first.map((vector, at) => cosine(vector, second[at] ?? new Float64Array(vector.length)))
}
