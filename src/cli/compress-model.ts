import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { findPass, listPasses } from '../compress/apply-pass.ts'
import { type Goal, formatGoal, parseGoal } from '../compress/goals.ts'
import { hashData, hashModel } from '../compress/hash-file.ts'
import type { MeasurePlan } from '../compress/measure-models.ts'
import { type Evaluation, openEvaluation } from '../compress/open-evaluation.ts'
import type { CompressionPass } from '../compress/pass.ts'
import { writeRecipe } from '../compress/recipe.ts'
import { isPreparing, searchModels, type SearchResult } from '../compress/search.ts'
import { type CpuProfile, describeMachine, parseProfile, tellDifferences } from '../compress/targets.ts'
import { parseTime } from '../protocol/quantities.ts'
import { checkOut } from './check-out.ts'
import { exitCodes, usageError } from './command.ts'
import { drawCompression } from './compress-progress.ts'
import { removeLeftovers } from './compress-leftovers.ts'
import { type CompressRuns, openCompressRuns } from './compress-runs.ts'
import { describeSearch, type SearchPlace, searchToJson, type ToldSearch } from './compress-text.ts'
import type { CliContext } from './context.ts'
import { deliverModel, type ModelHashes } from './deliver-model.ts'
import { sampleReaders } from './sample-readers.ts'
import { toJson } from './text.ts'

export interface CompressRequest {
  readonly model: string
  readonly data: string
  readonly goal: readonly string[]
  readonly target: string | undefined
  readonly pass: readonly string[]
  readonly budget: string | undefined
  readonly resume: boolean
  readonly out: string
  readonly experiment: string | undefined
  readonly 'no-track': boolean
  readonly workspace: string
  readonly json: boolean
}

/** What the words of a command line stand for. */
interface Wanted {
  readonly model: string
  readonly data: string
  readonly out: string
  readonly profile: CpuProfile
  readonly goals: readonly Goal[]
  readonly passes: readonly CompressionPass[]
  readonly budgetMs: number
}

/** Shorter than that of a test, since there are many candidates; the interval of a speedup takes six rounds at least. */
const plan: MeasurePlan = { rounds: 10, budgetMs: 1000, maxRuns: 200 }

/**
 * Searches for a model that meets the goals, writes the one that is recommended, and tells what was found.
 *
 * @returns the exit code: 1 when none is good enough
 */
export async function compressModel(context: CliContext, request: CompressRequest): Promise<number> {
  const wanted = readRequest(context, request)
  await checkOut(wanted.out, wanted.model)
  await using evaluation = await openEvaluation({
    ...wanted,
    runtime: context.onnxRuntime,
    readers: sampleReaders(context),
    plan,
    signal: context.signal,
  })
  const hashes = { model: await hashModel(wanted.model), data: await hashData(wanted.data) }
  const folder = await makeFolder(request.workspace, keyOf(context, wanted, hashes))
  await removeLeftovers(folder)
  await using runs = request['no-track'] ? undefined : await openCompressRuns(context, { ...request, folder }, wanted)
  const result = await search(context, request, { wanted, evaluation, folder, runs, hashes })
  const { recommended } = result
  if (recommended !== undefined) {
    const { steps, sha256 } = recommended
    await deliverModel({ ...wanted, steps, sha256, hashes }, evaluation.context)
  }
  const about = await describe(result, evaluation, wanted, request)
  const found = toJson(searchToJson(about, placeOf(wanted, runs, { isDone: true, hashes })))
  await runs?.finish(result, wanted.out, found)
  context.stdout.write(request.json ? found : describeSearch(about, context.stdout.columns))
  return recommended === undefined ? exitCodes.failed : exitCodes.ok
}

function readRequest({ cwd }: CliContext, { model, data, out, target, goal, pass, budget }: CompressRequest): Wanted {
  const profile = parseProfile(target ?? 'this-machine')
  const given = goal.map(parseGoal)
  const seconds = parseTime(budget ?? '10m')
  if (seconds === undefined) throw usageError('compress', `--budget ${budget ?? ''}: expected a time such as 10m.`)
  const named = pass.map(findPass)
  const isWanted = ({ name }: CompressionPass) =>
    named.length === 0 || isPreparing(name) || named.some((each) => each.name === name)
  return {
    model: resolve(cwd, model),
    data: resolve(cwd, data),
    out: resolve(cwd, out),
    profile,
    goals: [...given, ...profile.goals.filter(({ measure }) => !given.some((each) => each.measure === measure))],
    passes: listPasses().filter(isWanted),
    budgetMs: seconds * 1000,
  }
}

/** What is measured anew when it changes. */
function keyOf({ version }: CliContext, { profile, goals, passes }: Wanted, hashes: object): string {
  const names = passes.map(({ name }) => name)
  const text = JSON.stringify({ version, profile, goals: goals.map(formatGoal), names, ...hashes })
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

async function makeFolder(workspace: string, key: string): Promise<string> {
  const folder = join(workspace, '.runwright', 'compress')
  await mkdir(folder, { recursive: true })
  // An engine would keep git away from all that is around it; without one there may be none to do so.
  await writeFile(join(folder, '.gitignore'), '*\n')
  return join(folder, key)
}

async function describe(
  result: SearchResult,
  { samples, hasLabels, notLimited }: Evaluation,
  { profile }: Wanted,
  { out }: CompressRequest,
): Promise<ToldSearch> {
  const differences = tellDifferences(profile, await describeMachine(), notLimited)
  return { result, samples, hasLabels, differences, out }
}

function placeOf(
  { model, data, profile }: Wanted,
  runs: CompressRuns | undefined,
  state: Pick<SearchPlace, 'isDone' | 'trying' | 'hashes'>,
): SearchPlace {
  const runIdOf = (number: number) => runs?.runIdOf(number)
  return { ...state, model, data, target: profile.name, runId: runs?.runId, runIdOf }
}

interface Parts {
  readonly wanted: Wanted
  readonly evaluation: Evaluation
  readonly folder: string
  readonly runs: CompressRuns | undefined
  readonly hashes: ModelHashes
}

async function search(context: CliContext, request: CompressRequest, parts: Parts): Promise<SearchResult> {
  const { wanted, evaluation, folder, runs, hashes } = parts
  using progress = drawCompression(context.stderr, context.now, context.writesProgress)
  let told: ToldSearch | undefined
  const show = (trying?: string) => {
    if (told === undefined) return
    const state = { isDone: false, hashes, ...(trying === undefined ? {} : { trying }) }
    runs?.show(toJson(searchToJson(told, placeOf(wanted, runs, state))))
  }
  return await searchModels({
    ...wanted,
    folder,
    isResumed: request.resume,
    context: evaluation.context,
    evaluate: (path) => evaluation.evaluate(path),
    inspect: (path) => evaluation.inspect(path),
    compare: (source) => evaluation.compare(source),
    now: context.now,
    tell(event) {
      progress.tell(event)
      if (event.kind === 'trying') show(event.name)
    },
    async record(candidate, soFar) {
      await runs?.record(candidate, writeRecipe({ steps: candidate.steps, ...hashes, result: candidate.sha256 }))
      told = await describe(soFar, evaluation, wanted, request)
      show()
    },
  })
}
