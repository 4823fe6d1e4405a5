import type { ModelProto } from 'onnx-buf'
import { RunwrightError } from '../../protocol/errors.ts'
import { applyKeeping } from '../apply-keeping.ts'
import {
  type CompressionPass,
  definePass,
  needsData,
  notApplicable,
  type PassContext,
  type PassResult,
} from '../pass.ts'
import { readOptions } from '../pass-options.ts'
import { keepFewest } from '../sensitivity/keep-fewest.ts'
import type { RankedLayer } from '../sensitivity/rank-layers.ts'
import dynamicInt8 from './dynamic-int8.ts'
import fp16 from './fp16.ts'
import int8Storage from './int8-storage.ts'
import staticInt8 from './static-int8.ts'
import weightInt4 from './weight-int4.ts'
import weightInt8 from './weight-int8.ts'

const title = 'Mixed precision'

const narrow: readonly CompressionPass[] = [dynamicInt8, staticInt8, weightInt8, weightInt4, int8Storage]

/**
 * Chooses the precision of each layer by what is measured: integers where the answers bear it, float16 for the weights of
 * the others, float32 where even that is too much. How sensitive a layer is tells the error of the outputs when it alone
 * is in integers; the layers that do the most harm for the bytes they save stay, as few as keep the error of all within
 * the budget. The error is the root of the squared errors of the outputs as a share of the outputs, on samples of the data.
 *
 * @see Wu et al., Integer Quantization for Deep Learning Inference: Principles and Empirical Evaluation, 2020, section 5.2
 * @see ../sensitivity/keep-fewest.ts
 */
export default definePass({
  name: 'mixed-precision',
  title,
  summary:
    'Puts as many layers into integers as a budget of error allows, by how sensitive each is, and the weights of the others into float16.',
  options: {
    pass: {
      type: 'choice',
      choices: narrow.map(({ name }) => name),
      default: 'dynamic-int8',
      summary: 'What puts layers into integers',
    },
    budget: {
      type: 'number',
      min: 0.000_001,
      max: 1,
      default: 0.05,
      summary: 'How far outputs may be from the original’s, as a share of them',
    },
    samples: { type: 'integer', min: 1, max: 100_000, default: 16, summary: 'Samples that errors are measured on' },
    halves: { type: 'boolean', default: true, summary: 'Keep the weights of layers that stay in float as float16' },
  },
  needs: 'calibration',
  async apply(model, { pass: name, budget, samples, halves }, context) {
    const pass = narrow.find((each) => each.name === name)
    if (pass === undefined) throw new Error(`${name} is one of the choices.`)
    if (context.learnAnswers === undefined) throw needsData(title)
    const compare = await context.learnAnswers(model, { samples, weights: context.weights })
    const options = readOptions(pass.title, pass.options, {})
    const ranking = {
      compare,
      apply: (keep: readonly string[], sighted: PassContext) =>
        applyKeeping(keep, model, sighted, (hidden, inner) => pass.apply(hidden, options, inner)),
    }
    const found = await keepFewest(model, context, ranking, budget)
    if ('miss' in found) throw overBudget(pass, budget, found.miss)
    const { result, layers } = found
    const stored = halves ? await storeHalves(result.model, context) : undefined
    const isWithin = stored !== undefined && (await compare(stored.model)) <= budget
    const skipped = [...(result.skipped ?? []), ...layers.map(explainKept)]
    if (!isWithin) return { ...result, skipped, bound: undefined }
    return { model: stored.model, changes: [...result.changes, ...stored.changes], skipped, bound: undefined }
  },
})

function overBudget({ title: pass }: CompressionPass, budget: number, miss: number): RunwrightError {
  const why = `of what was tried, “${pass}” moves its outputs by ${percent(miss)} at least, which is more than ${percent(budget)}`
  return notApplicable(title, why, 'Allow a greater budget, or choose a more exact pass.')
}

/** Undefined when nothing is left that could be stored so. */
async function storeHalves(model: ModelProto, context: PassContext): Promise<PassResult | undefined> {
  try {
    return await fp16.apply(model, readOptions(fp16.title, fp16.options, {}), context)
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'COMPRESSION_NOT_APPLICABLE') return undefined
    throw error
  }
}

function explainKept({ layer, error }: RankedLayer) {
  return { name: layer, why: `it stays in float: by itself it would move outputs by ${percent(error)}` }
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(2)} %`
}
