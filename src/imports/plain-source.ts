import type { RunSource, SourceFile } from './run-source.ts'

async function* nothing(): AsyncGenerator<never> {}

/** Of a run without artifacts. */
export const noFiles = (): AsyncGenerator<SourceFile> => nothing()

/** Of a source that knows neither models nor traces and holds nothing open. */
export const withRunsAlone: Omit<RunSource, 'kind' | 'runCount' | 'runs'> = {
  loggedModels: nothing,
  registeredModels: nothing,
  traces: nothing,
  async [Symbol.asyncDispose]() {},
}
