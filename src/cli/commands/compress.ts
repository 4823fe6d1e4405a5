import { defineCliCommand, usageError } from '../command.ts'
import { letHeapGrow } from '../small-heap.ts'

export default defineCliCommand({
  name: 'compress',
  summary: 'Looks for the smallest and fastest version of an ONNX model that is good enough.',
  details: `Each candidate is made by passes, measured in turn with the original on the target, and recorded as a run. The one
that is written to --out meets every goal, that of accuracy with all of its 95 % interval, and is not slower than the
original; when none does, nothing is written, what came closest is told, and the exit code is 1. Without a goal of accuracy
a drop of 1 % is allowed.
--goal is a measure with a limit: accuracy-drop<=1%, agreement>=99%, similarity>=0.99, p99<=20ms, size<=10MB,
memory<=200MB, speedup>=2x. --target is edge-box, office-server, cloud-instance or this-machine, and settings behind it:
edge-box,threads=1,memory=512MiB. --recipe repeats a result, byte for byte: a file that was written beside one, or a run.`,
  example: 'runwright compress model.onnx --data digits.npz --goal "accuracy-drop<=1%" --out small.onnx',
  options: {
    data: {
      type: 'string',
      short: 'd',
      value: 'DATA',
      summary: 'Samples: .npz, .csv or .parquet with “labels” where there are any, or images by class',
    },
    'data-version': { type: 'string', value: 'REV', summary: 'Take DATA as this commit has it, out of the cache' },
    goal: { type: 'string', short: 'g', value: 'GOAL', multiple: true, summary: 'What the model has to be' },
    target: { type: 'string', value: 'PROFILE', summary: 'The computer that it is for. Default: this-machine' },
    pass: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      summary: 'Only this pass, after those that prepare. Default: all',
    },
    budget: { type: 'string', value: 'TIME', summary: 'No candidate is begun after that. Default: 10m' },
    resume: { type: 'boolean', summary: 'Go on from what was measured before' },
    recipe: { type: 'string', value: 'FILE|RUN', summary: 'Make the model of this recipe; nothing is measured' },
    out: { type: 'string', short: 'o', value: 'FILE', summary: 'Where the model is written' },
    experiment: { type: 'string', short: 'e', value: 'NAME', summary: 'Of the runs. Default: Compression' },
    'no-track': { type: 'boolean', summary: 'Record no runs' },
  },
  operands: { usage: 'MODEL.onnx', min: 1, max: 1 },
  ownsSignals: true,
  staysSmall: true,
  async run(context, { options, operands: [model = ''], json, workspace }) {
    const { out, recipe, 'data-version': revision } = options
    if (out === undefined) throw usageError('compress', 'Give --out FILE.')
    if (options.data === undefined && revision !== undefined) throw usageError('compress', 'Give --data DATA.')
    const [{ orCancelled }, { openDataPath }] = await Promise.all([
      import('../../compress/or-cancelled.ts'),
      import('../data-version-samples.ts'),
    ])
    await using place =
      options.data === undefined ? undefined : await openDataPath(context, workspace, options.data, revision)
    const data = place?.path
    if (recipe !== undefined) {
      const { repeatRecipe } = await import('../repeat-recipe.ts')
      return await orCancelled(repeatRecipe(context, { model, data, recipe, out, workspace, json }), context.signal)
    }
    letHeapGrow()
    if (data === undefined) throw usageError('compress', 'Give --data FILE, or --recipe to repeat a result.')
    const { compressModel } = await import('../compress-model.ts')
    return await orCancelled(compressModel(context, { ...options, model, data, out, workspace, json }), context.signal)
  },
})
