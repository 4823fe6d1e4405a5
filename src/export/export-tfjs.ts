import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import type { NodeCommand } from '../base/node-command.ts'
import { createRandom, drawNormal } from '../base/seeded-random.ts'
import { writeModelFile } from '../onnx/model-file.ts'
import type { Feeds, ValueSignature } from '../onnx/session.ts'
import { countElements, type TensorValue } from '../onnx/tensor-value.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { recordOf } from '../protocol/json.ts'
import { convertNet } from './convert-net.ts'
import type { Exported, SampleOrigin } from './exported.ts'
import { isNumbers, type Net } from './layers/net.ts'
import type { ModelSource } from './model-source.ts'
import { readTfjsNet } from './read-tfjs-net.ts'
import { runProgram } from './run-program.ts'

/** Samples that are drawn, and the size of a dimension that is free. */
const drawnSamples = 64
const drawnSize = 8

export interface TfjsExport {
  readonly source: ModelSource
  readonly opset: number | undefined
  /** Reads the samples that are given, for these inputs; undefined where none are. */
  readSamples(inputs: readonly ValueSignature[]): Promise<Feeds | undefined>
  /** Runs the script that asks TensorFlow.js. */
  readonly predict: NodeCommand
  /** Where TensorFlow.js is looked for, after the folder of the model. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly scratch: string
  readonly signal: AbortSignal
}

/**
 * Converts a model here, and lets the TensorFlow.js of the user's project answer the same samples.
 *
 * @returns outputs are empty where the project has no TensorFlow.js
 * @throws as `readTfjsNet` and `convertNet`; BAD_REQUEST for what TensorFlow.js says; CANCELLED
 */
export async function exportTfjs(work: TfjsExport): Promise<Exported> {
  const { source, scratch } = work
  const net = await readTfjsNet(source.file)
  const inputs = describeInputs(net)
  const names = inputs.map(({ name }) => name)
  const model = join(scratch, 'model.onnx')
  await writeModelFile(convertNet(net, names, work.opset), model)
  const given = await work.readSamples(inputs)
  const feeds = given ?? drawSamples(inputs)
  const origin: SampleOrigin = given === undefined ? 'drawn' : 'data'
  const { outputs, versions } = await predict(
    work,
    names.map((name) => feeds.get(name)),
  )
  return { model, origin, feeds, outputs, scores: new Map(), versions }
}

function describeInputs({ layers, inputs }: Net): readonly ValueSignature[] {
  return inputs.map((layerName, at) => {
    const { shape = [] } = layers.find(({ name }) => name === layerName) ?? {}
    const name = inputs.length === 1 ? 'input' : `input_${at}`
    return { name, dtype: 'float32', dims: ['batch', ...shape.map((size, dim) => size ?? `${name}_${dim + 1}`)] }
  })
}

/** The same each time, from a normal distribution. */
function drawSamples(inputs: readonly ValueSignature[]): Feeds {
  const random = createRandom(1)
  return new Map(
    inputs.map(({ name, dims: [, ...inner] }): [string, TensorValue] => {
      const dims = [drawnSamples, ...inner.map((size) => (typeof size === 'number' ? size : drawnSize))]
      const data = Float32Array.from({ length: countElements(dims) }, () => drawNormal(random))
      return [name, { dtype: 'float32', dims, data }]
    }),
  )
}

async function predict(
  { source, predict: command, cwd, env, scratch, signal }: TfjsExport,
  inputs: readonly (TensorValue | undefined)[],
): Promise<Pick<Exported, 'outputs' | 'versions'>> {
  const place = (name: string) => join(scratch, name)
  const request = {
    model: source.file,
    folders: [dirname(source.file), cwd],
    feeds: place('feeds.bin'),
    result: place('outputs.bin'),
  }
  await writeFile(request.feeds, serialize(inputs.map((input) => ({ dims: input?.dims, data: input?.data }))))
  await writeFile(place('request.json'), JSON.stringify(request))
  const { file, args, env: own } = command
  const end = await runProgram({ file, args: [...args, place('request.json')], cwd, env: { ...env, ...own }, signal })
  const bytes = await readFile(request.result).catch(() => undefined)
  if (bytes === undefined) {
    throw new RunwrightError('BAD_REQUEST', `TensorFlow.js could not run the model: ${findCause(end.said)}`)
  }
  const result: unknown = deserialize(bytes)
  const { outputs, version } = recordOf(result)
  if (!Array.isArray(outputs)) return { outputs: new Map(), versions: {} }
  return {
    outputs: new Map(outputs.map((output, at): [string, TensorValue] => [`output_${at}`, parseOutput(output)])),
    versions: { '@tensorflow/tfjs': String(version), node: process.versions.node },
  }
}

/** Of what Node says of an error, the line that names it; the last one is Node's version. */
function findCause(said: string): string {
  const lines = said.split('\n')
  return lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? ''
}

function parseOutput(output: unknown): TensorValue {
  const { dims, data } = recordOf(output)
  if (isNumbers(dims) && data instanceof Float32Array && data.length === countElements(dims)) {
    return { dtype: 'float32', dims, data: data.slice() }
  }
  throw new RunwrightError('BAD_REQUEST', 'TensorFlow.js gave an output that is no tensor of floats.')
}
