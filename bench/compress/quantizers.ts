import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeRecipe } from '../../src/compress/recipe.ts'
import type { Cost } from '../data/measured-command.ts'
import type { Case } from './cases.ts'
import { measureTree } from './measured-tree.ts'
import type { BenchModel, ModelName } from './models.ts'

export interface QuantizerSetting {
  readonly folder: string
  /** Where the programs of the peers are. */
  readonly programs: string
  readonly models: Readonly<Record<ModelName, BenchModel>>
}

export interface Quantized extends Cost {
  /** Of the model that was made. */
  readonly path: string
}

/** Quantizes the model of a case in a process of its own. */
export type Quantizer = (each: Case, setting: QuantizerSetting) => Promise<Quantized>

const commandLine = join(import.meta.dirname, '../../dist/cli.js')
const script = join(import.meta.dirname, 'quantize.py')

export const compressWithOurs: Quantizer = async (each, { folder, models }) => {
  const place = await emptyFolder(folder, 'ours', each)
  const { path: model, data } = models[each.model]
  const [path, recipe] = [compressedOutput(each, folder), join(place, 'recipe.json')]
  await writeFile(recipe, writeRecipe({ steps: each.steps }))
  const samples = each.samples === undefined ? [] : ['--data', data ?? '']
  const words = ['compress', model, '--recipe', recipe, '--out', path, ...samples, '--json']
  return { ...(await measureTree(place, [process.execPath, commandLine, ...words])), path }
}

/** Where `compressWithOurs` leaves its model. */
export function compressedOutput({ id }: Case, folder: string): string {
  return join(folder, 'ours', id, 'model.onnx')
}

/** NumPy chooses the fastest code for the processor itself, unless the environment says otherwise. */
const peerEnv = { OPENBLAS_CORETYPE: undefined, OPENBLAS_L2_SIZE: undefined }

export const quantizeWithRuntime: Quantizer = async (each, { folder, programs, models }) => {
  const place = await emptyFolder(folder, 'onnxruntime', each)
  const { path: model, data } = models[each.model]
  const path = runtimeOutput(each, folder)
  const samples = each.samples === undefined ? [] : ['--data', data ?? '']
  const words = [script, ...each.peerWords, model, path, ...samples]
  return { ...(await measureTree(place, [join(programs, 'python'), ...words], peerEnv)), path }
}

/** Where `quantizeWithRuntime` leaves its model. */
export function runtimeOutput({ id }: Case, folder: string): string {
  return join(folder, 'onnxruntime', id, 'model.onnx')
}

export const quantizeWithOlive: Quantizer = async (each, { folder, programs, models }) => {
  // It keeps what it has made in the folder where it runs, and would take it from there the next time.
  const place = await emptyFolder(folder, 'olive', each)
  const words = ['--model_name_or_path', models[each.model].path, '--output_path', 'made', ...each.peerWords]
  const cost = await measureTree(place, [join(programs, 'olive'), 'quantize', ...words, '--disable_telemetry'], peerEnv)
  return { ...cost, path: join(place, 'made/model.onnx') }
}

async function emptyFolder(folder: string, side: string, { id }: Case): Promise<string> {
  const place = join(folder, side, id)
  await rm(place, { recursive: true, force: true })
  await mkdir(place, { recursive: true })
  return place
}
