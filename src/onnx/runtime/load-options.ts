import { basename, dirname } from 'node:path'
import type { RuntimeOptions } from './messages.ts'

/** How a model is loaded; what is undefined is the runtime's default. */
export interface SessionOptions {
  /** Threads that work on one operator. Default: as many as there are cores. */
  readonly intraThreads?: number | undefined
  /** Threads that work on operators beside one another, with `execution: 'parallel'`. */
  readonly interThreads?: number | undefined
  readonly optimization?: RuntimeOptions['graphOptimizationLevel'] | undefined
  readonly execution?: RuntimeOptions['executionMode'] | undefined
  /**
   * Where the runtime writes the graph that it made of the model, absolute, with `.weights` beside it. It overwrites what
   * is there.
   */
  readonly optimizedPath?: string | undefined
  /** Sizes for dimensions that the model leaves open, by their names. */
  readonly dimensions?: ReadonlyMap<string, number> | undefined
}

/** The model, or its bytes with sizes in it. What that takes is loaded only where it is asked for. */
export async function fixSource(
  model: string | Uint8Array,
  about: string,
  dimensions: ReadonlyMap<string, number> | undefined,
): Promise<string | Uint8Array> {
  if (dimensions === undefined) return model
  const [{ fixDimensions }, { readModelFile }, { readModel, writeModel }] = await Promise.all([
    import('../fix-dimensions.ts'),
    import('../model-file.ts'),
    import('../model.ts'),
  ])
  const read = typeof model === 'string' ? await readModelFile(model) : readModel(model, about)
  return writeModel(fixDimensions(read, dimensions))
}

/** What is undefined is left out, since the runtime refuses it. */
export function toRuntimeOptions(options: SessionOptions, path: string | undefined): RuntimeOptions {
  const { intraThreads, interThreads, optimization, execution, optimizedPath, dimensions } = options
  const session = {
    ...(optimizedPath === undefined ? {} : keepWeightsBeside(optimizedPath)),
    // A model that was changed is given as bytes, which lie nowhere.
    ...(dimensions === undefined || path === undefined
      ? {}
      : { model_external_initializers_file_folder_path: dirname(path) }),
  }
  return {
    ...(Object.keys(session).length === 0 ? {} : { extra: { session } }),
    ...(intraThreads === undefined ? {} : { intraOpNumThreads: intraThreads }),
    ...(interThreads === undefined ? {} : { interOpNumThreads: interThreads }),
    ...(optimization === undefined ? {} : { graphOptimizationLevel: optimization }),
    ...(execution === undefined ? {} : { executionMode: execution }),
    ...(optimizedPath === undefined ? {} : { optimizedModelFilePath: optimizedPath }),
  }
}

/** Else a model of more than 2 GiB could not be written, and to look at the nodes one would read every weight. */
function keepWeightsBeside(path: string): Readonly<Record<string, string>> {
  return {
    optimized_model_external_initializers_file_name: `${basename(path)}.weights`,
    optimized_model_external_initializers_min_size_in_bytes: '1024',
  }
}
