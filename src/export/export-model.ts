import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { StringStringEntryProtoSchema } from 'onnx-buf'
import type { NodeCommand } from '../base/node-command.ts'
import { compressFile } from '../compress/compress-file.ts'
import { hashModel } from '../compress/hash-file.ts'
import { openSampleData } from '../compress/open-sample-data.ts'
import { opsetVersion } from '../onnx/graph.ts'
import { readModelFile, writeModelFile } from '../onnx/model-file.ts'
import { openSessionHost, type ValueSignature } from '../onnx/session.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { compareOutputs, type OutputComparison } from './compare-outputs.ts'
import { exportInPython } from './export-in-python.ts'
import { exportTfjs } from './export-tfjs.ts'
import type { Exported, SampleOrigin } from './exported.ts'
import type { Framework, ModelSource } from './model-source.ts'

/** Files that the scripts can read, too. */
const dataExtensions = ['.npz', '.npy', '.csv', '.tsv']

/** Samples of a file that both models are asked. */
const maxSamples = 1000

export interface ExportRequest {
  readonly source: ModelSource
  /** How the model was named, for what is noted in the file. */
  readonly name: string
  /** Of the run that the model comes from, if it does. */
  readonly runId: string | undefined
  /** Absolute path of samples, if any are given. */
  readonly data: string | undefined
  readonly opset: number | undefined
  readonly isTrusted: boolean
  /** Absolute path of the file to write. */
  readonly out: string
  /** Whether it is written although the comparison failed, or could not be made. */
  readonly isKept: boolean
}

/** What an export needs of the world. */
export interface ExportWorld {
  readonly python: string
  /** Where the user's programs run, and what is around them. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the scripts of the export are. */
  readonly scripts: string
  readonly predictTfjs: NodeCommand
  readonly runtime: NodeCommand
  readonly version: string
  readonly signal: AbortSignal
}

export type ParityState = 'passed' | 'failed' | 'unchecked'

export interface ExportReport {
  readonly name: string
  readonly framework: Framework
  readonly runId: string | undefined
  readonly samples: { readonly origin: SampleOrigin; readonly count: number }
  readonly parity: {
    readonly state: ParityState
    readonly outputs: readonly OutputComparison[]
    /** Outputs that the framework gives nothing for, so that nobody knows whether they are right. */
    readonly unchecked: readonly string[]
    /** Why there is no comparison, or none that is worth anything. */
    readonly reason?: string
  }
  readonly versions: Readonly<Record<string, string>>
  /** Absent where nothing was written. */
  readonly written?: {
    readonly path: string
    readonly sizeBytes: number
    /** Of the file and the weights beside it. */
    readonly sha256: string
  }
  readonly opset: number | undefined
  readonly inputs: readonly ValueSignature[]
  readonly outputs: readonly ValueSignature[]
}

/**
 * Converts a model to ONNX and asks both, the framework with the model and ONNX Runtime with what came of it, the same
 * samples. The file is written when their answers are the same within the tolerances, else only where it `isKept`.
 *
 * @throws RESOURCE_DOES_NOT_EXIST, NOT_IMPLEMENTED for samples; as `exportInPython` and `exportTfjs`; ModelFailed when ONNX Runtime cannot run what came of it
 */
export async function exportModel(request: ExportRequest, world: ExportWorld): Promise<ExportReport> {
  await checkData(request.data)
  const scratch = await mkdtemp(join(tmpdir(), 'runwright-export-'))
  try {
    const exported = await convert(request, world, scratch)
    const { inputs, outputs, parity } = await compare(exported, request.source, world)
    const [first] = exported.feeds.values()
    const opset = opsetVersion(await readModelFile(exported.model))
    const report: ExportReport = {
      name: request.name,
      framework: request.source.framework,
      runId: request.runId,
      samples: { origin: exported.origin, count: first?.dims[0] ?? 0 },
      parity,
      versions: exported.versions,
      opset,
      inputs,
      outputs,
    }
    if (parity.state !== 'passed' && !request.isKept) return report
    return { ...report, written: await write(request, world, exported, report) }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function checkData(path: string | undefined): Promise<void> {
  if (path === undefined) return
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no file of samples at ${path}.`)
  }
  if (dataExtensions.includes(extname(path))) return
  throw new RunwrightError('NOT_IMPLEMENTED', `${basename(path)} cannot be read as samples.`, {
    hint: `It takes ${dataExtensions.join(', ')}.`,
  })
}

function convert(request: ExportRequest, world: ExportWorld, scratch: string): Promise<Exported> {
  const { source, opset, data } = request
  const { cwd, env, signal } = world
  if (source.framework !== 'tfjs') {
    const { isTrusted } = request
    const { python, scripts } = world
    return exportInPython({ source, data, opset, isTrusted, python, cwd, env, scripts, scratch, signal })
  }
  const readSamples = (inputs: readonly ValueSignature[]) => readFirst(data, inputs)
  return exportTfjs({ source, opset, readSamples, predict: world.predictTfjs, cwd, env, scratch, signal })
}

async function readFirst(path: string | undefined, inputs: readonly ValueSignature[]) {
  if (path === undefined) return undefined
  await using data = await openSampleData(path, inputs)
  for await (const { feeds } of data.batches(maxSamples)) return feeds
  return undefined
}

async function compare(
  exported: Exported,
  { framework }: ModelSource,
  { runtime, signal }: ExportWorld,
): Promise<Pick<ExportReport, 'inputs' | 'outputs' | 'parity'>> {
  await using host = await openSessionHost(runtime, {}, signal)
  await using session = await host.open(exported.model, {}, { about: 'The exported model' })
  const { inputs, outputs } = session
  const names = outputs.map(({ name }) => name)
  const unchecked = names.filter((name) => !exported.outputs.has(name))
  const reason = findReason(exported, framework)
  if (reason !== undefined) {
    return { inputs, outputs, parity: { state: 'unchecked', outputs: [], unchecked: names, reason } }
  }
  // A column that the model does not look at may have gone.
  const feeds = new Map([...exported.feeds].filter(([name]) => inputs.some((input) => input.name === name)))
  const answers = await session.run(feeds)
  const compared = compareOutputs(exported.outputs, answers.outputs, exported.scores)
  const state: ParityState = compared.every(({ isSame }) => isSame) ? 'passed' : 'failed'
  return { inputs, outputs, parity: { state, outputs: compared, unchecked } }
}

/** Why there is nothing to compare, if so. */
function findReason({ outputs }: Exported, framework: Framework): string | undefined {
  if (outputs.size === 0 && framework === 'tfjs') {
    return 'TensorFlow.js was found neither beside the model nor in this folder.'
  }
  const isEmpty = [...outputs.values()].every(({ data }) => data.length === 0)
  return isEmpty ? 'There were no samples, or the framework gave no answers for them.' : undefined
}

/** Notes in the file where it comes from, and puts it in its place with the weights beside it, if there are any. */
async function write(request: ExportRequest, world: ExportWorld, exported: Exported, report: ExportReport) {
  const { out, name, runId, source } = request
  const model = await readModelFile(exported.model)
  const notes = {
    'runwright.source': name,
    'runwright.run_id': runId,
    'runwright.framework': source.framework,
    'runwright.saved_by': source.savedBy,
    'runwright.versions': JSON.stringify({ runwright: world.version, ...exported.versions }),
    'runwright.parity': report.parity.state,
  }
  for (const [key, value] of Object.entries(notes)) {
    if (value !== undefined) model.metadataProps.push(create(StringStringEntryProtoSchema, { key, value }))
  }
  await writeModelFile(model, exported.model)
  const { bytesAfter } = await compressFile(exported.model, out, [], { signal: world.signal })
  return { path: out, sizeBytes: bytesAfter, sha256: await hashModel(out) }
}
