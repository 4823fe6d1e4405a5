import type { RunSource } from '../imports/run-source.ts'
import type { ImportResult } from '../protocol/import-progress.ts'
import { formatCount, formatSize } from '../protocol/quantities.ts'
import { exitCodes } from './command.ts'
import type { CliContext } from './context.ts'
import { drawImport } from './import-progress.ts'
import { printable, toJson } from './text.ts'

/** The option of the commands whose sources know no experiments. */
export const experimentOption = {
  experiment: { type: 'string', short: 'e', value: 'NAME', summary: 'Default: the name of the folder' },
} as const

/** Problems that are shown to people; JSON has more. */
const shownProblems = 20

/**
 * Imports all of a source to the engine of the workspace, tells how far it is, and prints what came.
 *
 * @returns 1 when something did not come
 */
export async function runImport(
  context: CliContext,
  { source, workspace, json }: { readonly source: RunSource; readonly workspace: string; readonly json: boolean },
): Promise<number> {
  const { importAll } = await import('../imports/import-all.ts')
  const { openTarget } = await import('../imports/open-target.ts')
  await using client = await context.connect(workspace)
  using drawn = drawImport(context)
  const target = openTarget(client, context.signal)
  try {
    const result = await importAll(source, target, { signal: context.signal, onProgress: drawn.progress })
    drawn[Symbol.dispose]()
    if (json) context.stdout.write(toJson(result))
    else {
      const problems = result.problems.slice(0, shownProblems).map((problem) => `${printable(problem)}\n`)
      context.stderr.write(problems.join(''))
      context.stdout.write(formatResult(result))
    }
    return result.problemCount === 0 ? exitCodes.ok : exitCodes.failed
  } catch (error) {
    drawn[Symbol.dispose]()
    if (context.signal.aborted)
      context.stderr.write('What came until now stays; the same command goes on from there.\n')
    throw error
  }
}

function formatResult(result: ImportResult): string {
  const { newRuns, changedRuns, unchangedRuns, points, artifacts, artifactBytes } = result
  const { loggedModels, modelVersions, traces } = result
  const again = [
    ...(changedRuns === 0 ? [] : [`${formatCount(changedRuns, 'run')} with something new`]),
    ...(unchangedRuns === 0 ? [] : [`${formatCount(unchangedRuns, 'run')} as before`]),
  ]
  const models = [
    ...(loggedModels === 0 ? [] : [formatCount(loggedModels, 'logged model')]),
    ...(modelVersions === 0 ? [] : [formatCount(modelVersions, 'model version')]),
  ]
  const what = [
    formatCount(newRuns, 'new run'),
    ...again,
    formatCount(points, 'point'),
    `${formatCount(artifacts, 'artifact')} (${formatSize(artifactBytes)})`,
    ...models,
    ...(traces === 0 ? [] : [formatCount(traces, 'trace')]),
  ]
  const { problemCount } = result
  const end = problemCount === 0 ? '' : `${formatCount(problemCount, 'thing')} did not come.\n`
  return `Imported ${what.join(', ')}.\n${end}`
}
