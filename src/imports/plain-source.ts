import type { RunSource, SourceFile } from './run-source.ts'

async function* nothing(): AsyncGenerator<never> {}

/** Of a run without artifacts. */
export const noFiles = (): AsyncGenerator<SourceFile> => nothing()

/** Of a source that knows no models and holds nothing open. */
export const withoutModels: Pick<RunSource, 'loggedModels' | 'registeredModels' | typeof Symbol.asyncDispose> = {
  loggedModels: nothing,
  registeredModels: nothing,
  async [Symbol.asyncDispose]() {},
}
