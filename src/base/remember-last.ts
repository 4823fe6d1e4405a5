/**
 * Answers calls in a row that have the same words with what the first of them was given. What has failed is not
 * remembered, nor what was asked before the last.
 */
export function rememberLast<Words extends readonly (string | undefined)[], Value>(
  read: (...words: Words) => Promise<Value>,
): (...words: Words) => Promise<Value> {
  let last: { readonly key: string; readonly value: Promise<Value> } | undefined
  return (...words) => {
    const key = JSON.stringify(words)
    if (last?.key === key) return last.value
    const reading = { key, value: read(...words) }
    last = reading
    reading.value.catch(() => {
      if (last === reading) last = undefined
    })
    return reading.value
  }
}
