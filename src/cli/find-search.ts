import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { findRun } from '../client/find-run.ts'
import { readArtifactText } from '../client/read-artifact-text.ts'
import type { Client } from '../protocol/client.ts'
import {
  compressionArtifacts,
  findCandidate,
  parseSearchReport,
  type ReportedCandidate,
  type SearchReport,
} from '../protocol/compression.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { parseRunId, type RunId } from '../protocol/ids.ts'
import { parseForeignJson } from '../protocol/json.ts'
import { findTag, type Run } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { usageError } from './command.ts'
import type { CliContext } from './context.ts'

/** A search for a smaller model that was found by a name. */
export interface FoundSearch {
  readonly report: SearchReport
  /** As it was written, with what a report leaves out. */
  readonly written: unknown
  /** When it was the run of a candidate that was named. */
  readonly named: number | undefined
}

/**
 * Finds a search by what a person calls it: a file that `runwright compress --json` has printed, the run of the search, or
 * that of one of its candidates.
 *
 * @param client opened when it is no file
 * @throws RESOURCE_DOES_NOT_EXIST when there is none of that name, or the run is none of a search; BAD_REQUEST when what
 *   is there cannot be read; as `findRun`
 */
export async function findSearch(
  { cwd }: Pick<CliContext, 'cwd'>,
  name: string,
  client: () => Promise<Client>,
): Promise<FoundSearch> {
  const path = resolve(cwd, name)
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return { ...read(await readFile(path, 'utf8'), basename(path)), named: undefined }
  const engine = await client()
  const { run } = await engine.call('runs/get', { runId: await findRun(engine, name) })
  const parent = findParent(run)
  const text = await download(engine, parent ?? run.runId, run.name)
  const number = run.params.find(({ key }) => key === 'candidate')?.value
  const named = parent === undefined || number === undefined ? undefined : Number(number)
  return { ...read(text, `${compressionArtifacts.search} of ${run.name}`), named }
}

function findParent(run: Run): RunId | undefined {
  const isCandidate = findTag(run, tagNames.compression) === 'candidate'
  return isCandidate ? parseRunId(findTag(run, tagNames.parentRunId) ?? '') : undefined
}

async function download(client: Client, runId: RunId, name: string): Promise<string> {
  const text = await readArtifactText(client, runId, compressionArtifacts.search)
  if (text !== undefined) return text
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${name} has no results of a compression.`, {
    hint: 'The run of “runwright compress” has them, from its first candidate on.',
  })
}

function read(text: string, name: string): Pick<FoundSearch, 'report' | 'written'> {
  const written = parseForeignJson(text)
  try {
    return { report: parseSearchReport(written), written }
  } catch (cause) {
    if (!(cause instanceof RunwrightError)) throw cause
    throw new RunwrightError('BAD_REQUEST', `${name} has no results of a compression: ${cause.message}`, {
      cause,
      hint: '“runwright compress --json” prints them.',
    })
  }
}

/** @param given by `--candidate`, as it was typed */
export function parseCandidateNumber(command: string, given: string | undefined): number | undefined {
  if (given === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given)
  throw usageError(command, `--candidate ${given}: expected a number from 1.`)
}

/**
 * The candidate that is meant: the one of a number, else the one whose run was named, else the one that is recommended.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is none of that number, or none is recommended
 */
export function chooseCandidate({ report, named }: FoundSearch, given: number | undefined): ReportedCandidate {
  const wanted = given ?? named ?? report.recommended
  const candidate = findCandidate(report, wanted)
  if (candidate !== undefined) return candidate
  const hint = 'Choose one with --candidate NUMBER; “runwright compress show” lists them.'
  const message =
    wanted === undefined
      ? `None of the ${report.candidates.length} candidates is recommended.`
      : `There is no candidate ${wanted}.`
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', message, { hint })
}
