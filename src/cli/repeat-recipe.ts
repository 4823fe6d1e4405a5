import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { findRun } from '../client/find-run.ts'
import { compressFile } from '../compress/compress-file.ts'
import { hashData, hashModel } from '../compress/hash-file.ts'
import { openPassContext } from '../compress/open-pass-context.ts'
import { parseRecipe, type Recipe } from '../compress/recipe.ts'
import { compressionArtifacts } from '../protocol/compression.ts'
import { formatSize } from '../protocol/quantities.ts'
import { allowCompilers } from './allow-compilers.ts'
import { checkOut } from './check-out.ts'
import type { CliContext } from './context.ts'
import { sampleReaders } from './sample-readers.ts'
import { toJson } from './text.ts'

export interface RepeatRequest {
  readonly model: string
  readonly data: string | undefined
  /** A file, or a run that has one. */
  readonly recipe: string
  readonly out: string
  readonly workspace: string
  readonly json: boolean
}

/**
 * Makes the model of a recipe again, and says whether it is the same, byte for byte. For another model than the one that
 * the recipe was made for it is not, and that is told.
 */
export async function repeatRecipe(context: CliContext, request: RepeatRequest): Promise<number> {
  const [model, out] = [resolve(context.cwd, request.model), resolve(context.cwd, request.out)]
  const data = request.data === undefined ? undefined : resolve(context.cwd, request.data)
  await checkOut(out, model)
  const recipe = await findRecipe(context, request)
  await allowCompilers(model, recipe.steps)
  await using passes = await openPassContext({
    runtime: context.onnxRuntime,
    readers: sampleReaders(context),
    model,
    data,
    signal: context.signal,
  })
  const { steps, bytesBefore, bytesAfter, sha256 } = await compressFile(model, out, recipe.steps, passes.context)
  const isSame = recipe.result === undefined ? undefined : recipe.result === sha256
  const reasons = isSame === false ? await explain(recipe, model, data) : []
  const told =
    isSame === undefined
      ? ''
      : isSame
        ? ' The same as before, byte for byte.'
        : ` Not the same as before: ${reasons.join(', ')}.`
  context.stdout.write(
    request.json
      ? toJson({ out, sha256, isSame, reasons, bytesBefore, bytesAfter, steps })
      : `Wrote ${request.out}: ${formatSize(bytesBefore)} → ${formatSize(bytesAfter)}.${told}\n`,
  )
  return 0
}

async function explain(recipe: Recipe, model: string, data: string | undefined): Promise<readonly string[]> {
  const isOther = async (known: string | undefined, now: Promise<string>) =>
    known !== undefined && known !== (await now)
  return [
    ...((await isOther(recipe.model, hashModel(model))) ? ['the model is another one'] : []),
    ...(data !== undefined && (await isOther(recipe.data, hashData(data))) ? ['the data is other data'] : []),
  ]
}

async function findRecipe(context: CliContext, { recipe, workspace }: RepeatRequest): Promise<Recipe> {
  const path = resolve(context.cwd, recipe)
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return parseRecipe(await readFile(path, 'utf8'), basename(path))
  await using client = await context.connect(workspace)
  const runId = await findRun(client, recipe)
  const stream = await client.download(runId, compressionArtifacts.recipe)
  return parseRecipe(await new Response(stream).text(), `${compressionArtifacts.recipe} of ${recipe}`)
}
