import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { hashData, hashModel } from '../compress/hash-file.ts'
import { openPassContext } from '../compress/open-pass-context.ts'
import type { ReportedCandidate, SearchReport } from '../protocol/compression.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { CliContext } from './context.ts'
import { deliverModel } from './deliver-model.ts'
import { sampleReaders } from './sample-readers.ts'
import { checkOut } from './check-out.ts'

/** Where the original and the data are now, when they are no longer where they were. */
export interface SearchFiles {
  readonly model: string | undefined
  readonly data: string | undefined
}

/**
 * Makes the model of a candidate again, the same byte for byte, and writes it with its recipe beside it.
 *
 * @param out absolute path
 * @throws RESOURCE_DOES_NOT_EXIST when the original or the data is gone; INVALID_STATE when another model would come of
 *   it; as `checkOut` and `compressFile`
 */
export async function makeCandidate(
  context: CliContext,
  report: SearchReport,
  { steps, sha256 }: Pick<ReportedCandidate, 'steps' | 'sha256'>,
  out: string,
  files: SearchFiles,
): Promise<void> {
  const model = await findOriginal(context, report.model, files.model, '--model')
  const data = await findOriginal(context, report.data, files.data, '--data')
  await checkOut(out, model)
  const hashes = { model: await hashModel(model), data: await hashData(data) }
  checkSame(model, hashes.model, report.hashes?.model)
  checkSame(data, hashes.data, report.hashes?.data)
  await using passes = await openPassContext({
    runtime: context.onnxRuntime,
    model,
    data,
    readers: sampleReaders(context),
    signal: context.signal,
  })
  await deliverModel({ model, out, steps, sha256, hashes }, passes.context)
}

async function findOriginal({ cwd }: CliContext, known: string, given: string | undefined, option: string) {
  const path = given === undefined ? known : resolve(cwd, given)
  const found = await stat(path).catch(() => undefined)
  if (found !== undefined) return path
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is not there, which the search was for.`, {
    hint: `Say where it is now with ${option} FILE.`,
  })
}

/** @param known undefined where an older version did not keep it: then what comes of it will show it */
function checkSame(path: string, hash: string, known: string | undefined): void {
  if (known === undefined || known === hash) return
  throw new RunwrightError('INVALID_STATE', `${path} is not what the search was for: it has changed since.`, {
    hint: 'Search again with what it is now.',
  })
}

/** The same in a folder that is gone when it is disposed. */
export async function makeCandidateForNow(
  context: CliContext,
  report: SearchReport,
  candidate: Pick<ReportedCandidate, 'steps' | 'sha256'>,
  files: SearchFiles,
): Promise<{ readonly path: string } & AsyncDisposable> {
  await using cleanup = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runwright-candidate-'))
  cleanup.defer(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, basename(report.model))
  await makeCandidate(context, report, candidate, path, files)
  const owned = cleanup.move()
  return { path, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
