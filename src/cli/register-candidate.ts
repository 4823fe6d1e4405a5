import type { Client } from '../protocol/client.ts'
import type { ReportedCandidate, SearchReport } from '../protocol/compression.ts'
import { describeFault, describeTest, findFaults, hasPassed } from '../protocol/compression-verdict.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { RunId } from '../protocol/ids.ts'
import type { ModelVersion } from '../protocol/registered-models.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { storeModel } from './compress-runs.ts'
import type { CliContext } from './context.ts'
import { makeCandidateForNow, type SearchFiles } from './make-candidate.ts'

export interface Registration extends SearchFiles {
  readonly name: string
  readonly alias: string | undefined
  /** Also one that failed its test; its version says so. */
  readonly isForced: boolean
}

/**
 * Makes a candidate the next version of a registered model. Its tags say by which recipe it was made, which goals it was
 * held to, and how its test ended. Its run is given the model first, where it has none yet.
 *
 * @throws INVALID_STATE for a candidate that failed its test, unless it is forced, and for one that no run holds; as
 *   `makeCandidate`
 */
export async function registerCandidate(
  context: CliContext,
  client: Client,
  report: SearchReport,
  candidate: ReportedCandidate,
  { name, alias, isForced, ...files }: Registration,
): Promise<ModelVersion> {
  checkTest(report, candidate, isForced)
  const { runId } = candidate
  if (runId === undefined) {
    throw new RunwrightError(
      'INVALID_STATE',
      `Candidate ${candidate.number} has no run, since the search recorded none.`,
      {
        hint: 'Search again without --no-track, or log the model of “runwright compress export” to a run.',
      },
    )
  }
  const { models } = await client.call('models/of-run', { runId })
  if (!models.some(({ path }) => path === 'model')) await addModel(context, client, report, candidate, runId, files)
  const { version } = await client.call('models/register', {
    runId,
    name,
    path: 'model',
    ...(alias === undefined ? {} : { alias }),
    tags: [
      { key: tagNames.compressionRecipe, value: candidate.name },
      { key: tagNames.compressionGoals, value: report.goals.join(', ') },
      { key: tagNames.compressionTest, value: describeTest(report, candidate) },
    ],
  })
  return version
}

function checkTest(report: SearchReport, candidate: ReportedCandidate, isForced: boolean): void {
  if (isForced || hasPassed(report, candidate)) return
  const faults = findFaults(report, candidate).map(describeFault)
  const message = `Candidate ${candidate.number}, ${candidate.name}, failed its test: ${faults.join('; ')}.`
  throw new RunwrightError('INVALID_STATE', message, {
    hint: 'With --even-if-failed it is registered all the same, and its version says that it failed.',
  })
}

async function addModel(
  context: CliContext,
  client: Client,
  report: SearchReport,
  candidate: ReportedCandidate,
  runId: RunId,
  files: SearchFiles,
): Promise<void> {
  await using made = await makeCandidateForNow(context, report, candidate, files)
  await storeModel(client, runId, made.path)
}
