/** Numbers from 0 to 1, always the same ones for a seed (mulberry32, by Tommy Ettinger). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** 0 … length - 1 in a random order (Fisher and Yates's shuffle). */
export function shuffledIndices(length: number, random: () => number): number[] {
  const indices = Array.from({ length }, (_, index) => index)
  for (let last = length - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1))
    const swapped = indices[last] ?? last
    indices[last] = indices[chosen] ?? chosen
    indices[chosen] = swapped
  }
  return indices
}
