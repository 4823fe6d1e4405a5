import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import { listOf, object, oneOf, type Parser, refuse, text } from '../protocol/parse.ts'
import { findPass } from './apply-pass.ts'
import { readOptions } from './pass-options.ts'

/** A pass of a recipe, by its name. */
export interface RecipeStep {
  readonly pass: string
  /** Those that are not the default. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Layers that the pass leaves as they are, each by the first value that it makes, in the model that the pass is given. */
  readonly keep?: readonly string[]
}

/** How a model was compressed, so that it can be done again, byte for byte. */
export interface Recipe {
  readonly steps: readonly RecipeStep[]
  /** SHA-256 of the file that it was made for, in hex. */
  readonly model?: string
  /** SHA-256 of the data that ranges were taken from. */
  readonly data?: string
  /** SHA-256 of what came of it. */
  readonly result?: string
}

/** Marks a file as ours, and the form of this version. */
const form = 'runwright-recipe-1'

const hash: Parser<string> = (value, path) =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : refuse(value, path, 'expected SHA-256 in hex')

const optionValues: Parser<Readonly<Record<string, unknown>>> = (value, path) =>
  isRecord(value) ? value : refuse(value, path, 'expected an object')

const parseFields = object(
  {
    form: oneOf([form]),
    steps: listOf(object({ pass: text }, { options: optionValues, keep: listOf(text, 1_000_000) }), 100),
  },
  { model: hash, data: hash, result: hash },
)

/** A recipe as a file holds it. */
export function writeRecipe({ steps, ...hashes }: Recipe): string {
  return `${JSON.stringify({ form, steps, ...hashes }, undefined, 2)}\n`
}

/**
 * Reads what `writeRecipe` has written.
 *
 * @param name of the file, in errors
 * @throws BAD_REQUEST when it is no recipe; RESOURCE_DOES_NOT_EXIST for a pass that there is not; INVALID_PARAMETER_VALUE
 *   for options that its pass does not have
 */
export function parseRecipe(source: string, name: string): Recipe {
  const { steps, model, data, result } = readFields(source, name)
  return {
    steps: steps.map((step) => normalizeStep(step)),
    ...(model === undefined ? {} : { model }),
    ...(data === undefined ? {} : { data }),
    ...(result === undefined ? {} : { result }),
  }
}

function readFields(source: string, name: string): ReturnType<typeof parseFields> {
  try {
    return parseFields(JSON.parse(source), '')
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause
    throw new RunwrightError('BAD_REQUEST', `${name} is no recipe: ${cause.message}`, {
      cause,
      hint: 'Recipes are written by “runwright compress”, beside what it recommends and as artifacts of its runs.',
    })
  }
}

/**
 * A step in the one form that stands for all that mean the same: without options that have their default, in the order of
 * the pass, and with each layer once.
 *
 * @throws as `findPass` and `readOptions`
 */
export function normalizeStep({ pass: passName, options = {}, keep = [] }: RecipeStep): RecipeStep {
  const pass = findPass(passName)
  const values = Object.entries(readOptions(pass.title, pass.options, options))
  const changed = values.filter(([name, value]) => value !== pass.options[name]?.default)
  return {
    pass: passName,
    ...(changed.length === 0 ? {} : { options: Object.fromEntries(changed) }),
    ...(keep.length === 0 ? {} : { keep: [...new Set(keep)].toSorted() }),
  }
}

/** A recipe in one line for people, for example `clean-up, static-int8 (method=mse) but 3 layers`. */
export function nameRecipe(steps: readonly RecipeStep[]): string {
  return steps.map(nameStep).join(', ')
}

function nameStep({ pass, options = {}, keep = [] }: RecipeStep): string {
  const values = Object.entries(options).map(([name, value]) => `${name}=${String(value)}`)
  const but = keep.length === 0 ? '' : ` but ${keep.length === 1 ? '1 layer' : `${keep.length} layers`}`
  return `${pass}${values.length === 0 ? '' : ` (${values.join(', ')})`}${but}`
}
