import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { compressFile } from '../compress/compress-file.ts'
import type { PassContext } from '../compress/pass.ts'
import { type RecipeStep, writeRecipe } from '../compress/recipe.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { writeWhole } from '../views/write-whole.ts'

/** SHA-256 of what a search was for, in hex. */
export interface ModelHashes {
  readonly model: string
  readonly data: string
}

export interface WantedModel {
  /** Absolute path of the original. */
  readonly model: string
  readonly out: string
  readonly steps: readonly RecipeStep[]
  /** Of the model that was measured. */
  readonly sha256: string
  readonly hashes: ModelHashes
}

/**
 * Makes a model once more, shows that it is the one that was measured, and writes its recipe beside it.
 *
 * @throws INVALID_STATE when it is another one, and then nothing is left of it; as `compressFile`
 */
export async function deliverModel(
  { model, out, steps, sha256, hashes }: WantedModel,
  context: Omit<PassContext, 'weights'>,
): Promise<void> {
  const made = await compressFile(model, out, steps, context)
  if (made.sha256 !== sha256) {
    for (const path of [out, `${out}.data`]) await rm(path, { force: true })
    throw new RunwrightError('INVALID_STATE', `${basename(out)} is not the model that was measured.`, {
      hint: 'Were the model or the data changed meanwhile? Search again, without --resume.',
    })
  }
  const recipe = Readable.from([writeRecipe({ steps, ...hashes, result: sha256 })])
  await writeWhole(`${out}.recipe.json`, recipe, context.signal)
}
