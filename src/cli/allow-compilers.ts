import { open, stat } from 'node:fs/promises'
import type { RecipeStep } from '../compress/recipe.ts'
import { letCompilersRun } from './small-heap.ts'

/** Passes that go over each weight once, and do little with it. */
const quick: ReadonlySet<string> = new Set([
  'clean-up',
  'dynamic-int8',
  'fp16',
  'int8-storage',
  'raise-opset',
  'weight-int4',
  'weight-int8',
])

/** Bytes of a model that such passes are through with in less than half a second. */
const smallBytes = 16 * 2 ** 20

/**
 * Lets V8 compile what runs often, unless passes are over too soon for that: its compilers took 12 MB of 81 with a model of
 * 3 MB, and 15 of 98 with one of 11, and saved no time, or 50 ms.
 *
 * @param model its file; where there is none, nothing is done that could take long
 */
export async function allowCompilers(model: string, steps: readonly RecipeStep[]): Promise<void> {
  const size = (await stat(model).catch(() => undefined))?.size ?? 0
  const isSoonOver = size <= smallBytes && steps.every(({ pass }) => quick.has(pass))
  if (isSoonOver && (size === 0 || !(await mayHaveWeightsBeside(model)))) return
  letCompilersRun()
}

/** What a tensor whose bytes lie in another file has as a key. */
const mark = 'location'

/** Into the same bytes again and again: what is thrown away is memory as well. */
async function mayHaveWeightsBeside(model: string): Promise<boolean> {
  await using file = await open(model)
  const bytes = Buffer.alloc(64 * 1024)
  const overlap = mark.length - 1
  for (;;) {
    const { bytesRead } = await file.read(bytes, overlap, bytes.length - overlap)
    if (bytes.subarray(0, overlap + bytesRead).includes(mark)) return true
    if (bytesRead === 0) return false
    bytes.copy(bytes, 0, bytesRead, bytesRead + overlap)
  }
}
