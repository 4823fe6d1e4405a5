import type { SampleReaders } from '../compress/open-sample-data.ts'
import type { CliContext } from './context.ts'

/** What reads the data of a model that `src/compress` cannot read itself; loaded when there is such data. */
export function sampleReaders(context: Pick<CliContext, 'duckdb' | 'signal'>): SampleReaders {
  return { openParquet: async (file) => (await import('./parquet-samples.ts')).openParquetSamples(context, file) }
}
