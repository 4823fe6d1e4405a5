import { toJsonTensor } from '../../onnx/tensor-json.ts'
import { countElements, type TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import { lost, measureBoth, type Scored, weightedMean } from './scored.ts'
import type { Outputs, Scorer } from './scorer.ts'
import { type ScriptProcess, type ScriptSettings, startScript } from './script-process.ts'

/** What a script is told in its environment; undefined where there is no such file. */
export interface ScriptFiles {
  readonly original: string | undefined
  readonly candidate: string | undefined
  readonly data: string
}

/** What a script prints in the end. */
export type ScriptScore = { readonly score: number } | { readonly scores: readonly number[] }

/**
 * Has a user's script say how right each model is. It runs once for each: what the model answered comes to it as lines of
 * JSON, one a sample; or it takes the files that its environment names and runs the model itself. Its last line is
 * `{"score": 0.93}`, or `{"scores": […]}` with one for each sample, whose mean counts. More is better.
 */
export function createScriptScorer(settings: ScriptSettings, files: ScriptFiles): Scorer {
  const start = (role: 'original' | 'candidate') => startScript(settings, describe(files, role))
  const scripts = { original: start('original'), candidate: start('candidate') }
  let samples = 0
  return {
    async add(original, candidate, { labels, count }) {
      await writeLines(scripts.original, original, labels, { start: samples, count })
      await writeLines(scripts.candidate, candidate, labels, { start: samples, count })
      samples += count
    },
    async result() {
      const said = await Promise.all([scripts.original.finish(), scripts.candidate.finish()])
      const [original, candidate] = said.map((line) => parseScore(line, samples))
      if (original === undefined || candidate === undefined) throw new Error('Two scripts were run.')
      return toScored(original, candidate, samples)
    },
    async stop() {
      await Promise.all([scripts.original.stop(), scripts.candidate.stop()])
    },
  }
}

function describe(files: ScriptFiles, role: 'original' | 'candidate'): Record<string, string> {
  const model = files[role]
  return {
    RUNWRIGHT_ROLE: role,
    RUNWRIGHT_DATA: files.data,
    ...(model === undefined ? {} : { RUNWRIGHT_MODEL: model }),
  }
}

async function writeLines(
  script: ScriptProcess,
  outputs: Outputs,
  labels: TensorValue | undefined,
  { start, count }: { readonly start: number; readonly count: number },
): Promise<void> {
  for (let index = 0; index < count; index++) {
    const answers = [...outputs].map(([name, value]) => [name, toJsonTensor(sampleOf(value, index, count))] as const)
    const label = labels === undefined ? {} : { label: toLabel(toJsonTensor(sampleOf(labels, index, count))) }
    // Names of outputs are a stranger's, and `fromEntries` takes them all.
    await script.write(JSON.stringify({ sample: start + index, ...label, outputs: Object.fromEntries(answers) }))
  }
}

/** A number or a text; where a sample has several, the tensor. */
function toLabel(tensor: ReturnType<typeof toJsonTensor>) {
  return tensor.dims.length === 0 ? tensor.data?.[0] : tensor
}

/** What of a tensor belongs to a sample: a place of its first dim; of one that has no such dim all. */
function sampleOf(value: TensorValue, index: number, count: number): TensorValue {
  if (value.dims[0] !== count) return value
  const dims = value.dims.slice(1)
  const width = countElements(dims)
  const [start, end] = [index * width, (index + 1) * width]
  if (value.dtype === 'string') return { dtype: value.dtype, dims, data: value.data.slice(start, end) }
  return { dtype: value.dtype, dims, data: value.data.slice(start, end) }
}

/** @throws BAD_REQUEST when a script's last line is no score */
export function parseScore(line: string, samples: number): ScriptScore {
  const { score, scores } = readObject(line)
  if (Array.isArray(scores)) {
    const numbers = scores.filter((each) => typeof each === 'number' && Number.isFinite(each)).map(Number)
    if (numbers.length === samples && scores.length === samples) return { scores: numbers }
    throw wrong(`it gave ${numbers.length} scores that are numbers, and there are ${samples} samples`)
  }
  if (typeof score === 'number' && Number.isFinite(score)) return { score }
  throw wrong(`its last line is ${line === '' ? 'empty' : `“${line.slice(0, 200)}”`}`)
}

function readObject(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

function wrong(why: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `The script gave no score: ${why}.`, {
    hint: 'Have it print {"score": 0.93} in the end, or {"scores": [1, 0, …]} with one for each sample; more is better.',
  })
}

function toScored(original: ScriptScore, candidate: ScriptScore, count: number): Scored {
  const common = { task: 'script', reference: 'labels', unit: 'samples', count } as const
  if ('score' in original && 'score' in candidate) {
    const change = { value: original.score - candidate.score }
    const whole = { original: { value: original.score }, candidate: { value: candidate.score }, change }
    return { ...common, canSlice: false, compare: () => whole }
  }
  if ('score' in original || 'score' in candidate)
    throw wrong('of one model it was one for all, of the other one a sample')
  const [first, second] = [original.scores, candidate.scores]
  return {
    ...common,
    canSlice: true,
    compare(places) {
      const pick = (scores: readonly number[]) => Float64Array.from(places, (place) => scores[place] ?? Number.NaN)
      const [before, after] = [pick(first), pick(second)]
      const both = (weights: Float64Array) => [weightedMean(before, weights), weightedMean(after, weights)] as const
      return measureBoth(places.length, both, lost)
    },
  }
}
