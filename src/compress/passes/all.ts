// Written by `npm run generate` from the files of this folder.
import type { CompressionPass } from '../pass.ts'
import cleanUp from './clean-up.ts'
import dynamicInt8 from './dynamic-int8.ts'
import fp16 from './fp16.ts'
import int8Storage from './int8-storage.ts'
import lowRank from './low-rank.ts'
import magnitudePruning from './magnitude-pruning.ts'
import mixedPrecision from './mixed-precision.ts'
import raiseOpset from './raise-opset.ts'
import smoothQuant from './smooth-quant.ts'
import staticInt8 from './static-int8.ts'
import structuredPruning from './structured-pruning.ts'
import weightInt4 from './weight-int4.ts'
import weightInt8 from './weight-int8.ts'

export const passes: readonly CompressionPass[] = [
  cleanUp,
  dynamicInt8,
  fp16,
  int8Storage,
  lowRank,
  magnitudePruning,
  mixedPrecision,
  raiseOpset,
  smoothQuant,
  staticInt8,
  structuredPruning,
  weightInt4,
  weightInt8,
]
