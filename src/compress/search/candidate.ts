import type { CandidateLayers } from '../../protocol/compression.ts'
import type { Measurements } from '../goals.ts'
import type { RecipeStep } from '../recipe.ts'
import type { Verdict } from './judge.ts'

/** A model that a recipe made of the original, and what was found of it. */
export interface Candidate {
  /** From 1, in the order in which they were tried. */
  readonly number: number
  readonly steps: readonly RecipeStep[]
  /** For people; see `nameRecipe`. */
  readonly name: string
  /** Of its bytes, with those of weights in a file beside it, in hex. */
  readonly sha256: string
  /** Nodes and weights that passes changed. */
  readonly changes: number
  /** What its passes left alone, and why, in sentences for people. */
  readonly skipped?: readonly string[]
  /** That one of its passes takes away what training can bring back. */
  readonly needsTraining?: true
  /** What they did to each; missing for what an older version has kept. */
  readonly layers?: CandidateLayers
  readonly measurements: Measurements
  readonly verdict: Verdict
}

/** A recipe that gives no model to be measured. */
export interface Refusal {
  readonly steps: readonly RecipeStep[]
  readonly name: string
  /** A sentence. */
  readonly reason: string
}

export type SearchStage = 'original' | 'alone' | 'options' | 'layers' | 'combinations'

/** What a search tells while it goes on. */
export type SearchEvent =
  | { readonly kind: 'stage'; readonly stage: SearchStage }
  | { readonly kind: 'trying'; readonly name: string }
  /** `isKnown`: in an earlier search, which this one goes on with. */
  | { readonly kind: 'measured'; readonly candidate: Candidate; readonly isKnown: boolean }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** How far each layer of a model has been looked at by itself. */
  | { readonly kind: 'layers'; readonly name: string; readonly done: number; readonly total: number }
