import { isRecord } from './json.ts'
import { isMeasureName, type Measurement, type MeasureName, type Measurements } from './measures.ts'
import { flag, integer, listOf, number, object, oneOf, type Parser, refuse, text } from './parse.ts'
import { type RunId, parseRunId } from './ids.ts'

/** Artifacts of the runs of a search for a smaller model. */
export const compressionArtifacts = {
  /** Of the search: a `SearchReport`, written anew whenever there is something new. */
  search: 'search.json',
  /** Of a candidate: how it is made again. */
  recipe: 'recipe.json',
  /** Of a candidate: `CandidateLayers`. */
  layers: 'layers.json',
} as const

/** A pass of a recipe, as `RecipeStep`. */
export interface ReportedStep {
  readonly pass: string
  readonly options?: Readonly<Record<string, unknown>>
  /** Layers that it leaves as they are. */
  readonly keep?: readonly string[]
}

export interface ReportedGoal {
  /** `accuracy-drop<=1%`. */
  readonly text: string
  /** Missing where it was not measured. */
  readonly value?: number
  readonly isMet: boolean
  /** Whether it would be met, or missed, with other samples too. */
  readonly isSure: boolean
}

export interface ReportedCandidate {
  /** From 1, in the order in which they were tried. */
  readonly number: number
  readonly name: string
  readonly steps: readonly ReportedStep[]
  /** Of its bytes, in hex. */
  readonly sha256: string
  readonly measurements: Measurements
  readonly goals: readonly ReportedGoal[]
  /** It meets the goals and is not slower than the original. */
  readonly isGood: boolean
  readonly isSlower: boolean
  /** Where it was recorded. */
  readonly runId?: RunId
}

/** A search for a smaller model, while it goes on and when it has ended. Candidates are named by their numbers. */
export interface SearchReport {
  readonly isDone: boolean
  /** What is tried now, by its recipe. */
  readonly trying?: string
  /** Absolute paths of the original and of the data. */
  readonly model: string
  readonly data: string
  /** SHA-256 of both, in hex. */
  readonly hashes?: { readonly model: string; readonly data: string }
  readonly target: string
  readonly goals: readonly string[]
  readonly samples: number
  /** In which ways the machine is not the target, as sentences. */
  readonly differences: readonly string[]
  readonly original: { readonly measurements: Measurements; readonly goals: readonly ReportedGoal[] }
  /** What the front is made by. */
  readonly axes: readonly MeasureName[]
  readonly front: readonly number[]
  readonly candidates: readonly ReportedCandidate[]
  readonly recommended?: number
  /** Good once, and not when they were measured again. */
  readonly unconfirmed: readonly number[]
  readonly closest?: number
  readonly refusals: readonly { readonly name: string; readonly reason: string }[]
  /** Recipes for which there was no time. */
  readonly skipped: number
}

/** What a pass did to a node or weight. */
export interface PassChange {
  /** The node or weight, as the model calls it. */
  readonly name: string
  /** What happened to it, for example `folded into Conv “c1”`. */
  readonly what: string
  /** Element types, operators or sizes before and after. */
  readonly from: string
  readonly to: string
  /** Of its weights, before and after. */
  readonly bytesBefore: number
  readonly bytesAfter: number
}

/** The same with the name of the pass. */
export interface LayerChange extends PassChange {
  readonly pass: string
}

/** A node with weights, as the runtime runs it. */
export interface RunNode {
  /** The node of the model that it was made of; its operator where that cannot be told. */
  readonly name: string
  readonly operator: string
  readonly precision: 'integer' | 'float'
}

/** What a recipe changed of a model, and what still runs in float. */
export interface CandidateLayers {
  /** At most `maxLayers`. */
  readonly changes: readonly LayerChange[]
  /** The same; missing where the runtime does not tell. */
  readonly nodes?: readonly RunNode[]
}

/** Of a larger model the first are kept, since there may be a hundred candidates. */
export const maxLayers = 5000

const anyNumber = integer(0, Number.MAX_SAFE_INTEGER)
const texts = listOf(text, 1000)
const numbers = listOf(anyNumber, 100_000)

const measureName: Parser<MeasureName> = (value, path) =>
  typeof value === 'string' && isMeasureName(value) ? value : refuse(value, path, 'expected a measure')

/** What is no measure of this version, or no number, was not measured. */
const measurements: Parser<Measurements> = (value, path) => {
  if (!isRecord(value)) return refuse(value, path, 'expected an object')
  return new Map(
    Object.entries(value).flatMap(([name, found]) => {
      const measurement = readMeasurement(found)
      return isMeasureName(name) && measurement !== undefined ? [[name, measurement] as const] : []
    }),
  )
}

function readMeasurement(found: unknown): Measurement | undefined {
  if (!isRecord(found) || typeof found['value'] !== 'number') return undefined
  const { value, interval } = found
  const [low, high]: readonly unknown[] = Array.isArray(interval) ? interval : []
  return typeof low === 'number' && typeof high === 'number' ? { value, interval: [low, high] } : { value }
}

const goalValue: Parser<number> = (value) => (typeof value === 'number' ? value : Number.NaN)
const goals = listOf(object({ text, isMet: flag, isSure: flag }, { value: goalValue }), 1000)
const record: Parser<Readonly<Record<string, unknown>>> = (value, path) =>
  isRecord(value) ? value : refuse(value, path, 'expected an object')
const runId: Parser<RunId> = (value, path) =>
  (typeof value === 'string' ? parseRunId(value) : undefined) ?? refuse(value, path, 'expected the id of a run')

const parseReport: Parser<SearchReport> = object(
  {
    isDone: flag,
    model: text,
    data: text,
    target: text,
    goals: texts,
    samples: anyNumber,
    differences: texts,
    original: object({ measurements, goals }),
    axes: listOf(measureName, 100),
    front: numbers,
    candidates: listOf(
      object(
        {
          number: anyNumber,
          name: text,
          steps: listOf(object({ pass: text }, { options: record, keep: listOf(text, 1_000_000) }), 100),
          sha256: text,
          measurements,
          goals,
          isGood: flag,
          isSlower: flag,
        },
        { runId },
      ),
      100_000,
    ),
    unconfirmed: numbers,
    refusals: listOf(object({ name: text, reason: text }), 100_000),
    skipped: anyNumber,
  },
  { trying: text, recommended: anyNumber, closest: anyNumber, hashes: object({ model: text, data: text }) },
)

const parseLayers: Parser<CandidateLayers> = object(
  {
    changes: listOf(
      object({ pass: text, name: text, what: text, from: text, to: text, bytesBefore: number, bytesAfter: number }),
      maxLayers,
    ),
  },
  { nodes: listOf(object({ name: text, operator: text, precision: oneOf(['integer', 'float']) }), maxLayers) },
)

/**
 * Reads what `runwright compress --json` has printed, and a run holds.
 *
 * @throws INVALID_PARAMETER_VALUE that names the part that is wrong
 */
export function parseSearchReport(value: unknown): SearchReport {
  return parseReport(value, '')
}

/** @throws INVALID_PARAMETER_VALUE that names the part that is wrong */
export function parseCandidateLayers(value: unknown): CandidateLayers {
  return parseLayers(value, '')
}

/** The candidate of a number. */
export function findCandidate({ candidates }: SearchReport, wanted: number | undefined): ReportedCandidate | undefined {
  return candidates.find((candidate) => candidate.number === wanted)
}
