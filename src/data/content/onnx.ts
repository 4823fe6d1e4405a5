import { createHash } from 'node:crypto'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Work } from '../work.ts'
import type { ByteSource } from './byte-source.ts'
import { type GraphNode, maxNodes, maxTensors, type ModelFile, type StoredTensor } from './model-file.ts'
import { readOnnxTensor, readValueType } from './onnx-tensor.ts'
import { type ByteRange, createMessageReader, type MessageReader } from './protobuf-fields.ts'

/** Graphs inside of nodes, as the branches of an If are, inside one another. */
const maxDepth = 16
const maxProperties = 2000

interface Model {
  readonly name: string
  readonly reader: MessageReader
  readonly properties: Map<string, string>
  readonly nodes: Map<string, GraphNode>
  readonly tensors: Map<string, StoredTensor>
}

/**
 * Reads graph, inputs, outputs and the places of weights of an ONNX model; the weights stay in the file. Names of fields
 * are those of onnx.proto.
 *
 * @throws BAD_REQUEST for what is no ONNX model, and beyond the bounds of `model-file.ts`
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export async function readOnnx(source: ByteSource, name: string, work: Pick<Work, 'signal'>): Promise<ModelFile> {
  const reader = createMessageReader(source, name, work)
  const model: Model = { name, reader, properties: new Map(), nodes: new Map(), tensors: new Map() }
  let hasGraph = false
  await reader.visit({ start: 0, end: source.sizeBytes }, async (field) => {
    if (field.number === 1) addProperty(model, 'IR version', String(field.value))
    if (field.number === 2) addProperty(model, 'producer', await reader.text(field))
    if (field.number === 3) addProperty(model, 'producer version', await reader.text(field))
    if (field.number === 7) {
      hasGraph = true
      await readGraph(model, field, '', 0)
    }
    if (field.number === 8) await readOpset(model, field)
    if (field.number === 14) await readMetadata(model, field)
  })
  if (!hasGraph) throw new RunwrightError('BAD_REQUEST', `${name} is no ONNX model: it has no graph.`)
  const { properties, nodes, tensors } = model
  return { properties, nodes, tensors, notes: [] }
}

function addProperty({ properties }: Model, name: string, value: string): void {
  if (properties.size < maxProperties) properties.set(name, value)
}

async function readOpset(model: Model, range: ByteRange): Promise<void> {
  let domain = ''
  let version = 0
  await model.reader.visit(range, async (field) => {
    if (field.number === 1) domain = await model.reader.text(field)
    if (field.number === 2) version = field.value
  })
  addProperty(model, `opset ${domain === '' ? 'ai.onnx' : domain}`, String(version))
}

async function readMetadata(model: Model, range: ByteRange): Promise<void> {
  let [key, value] = ['', '']
  await model.reader.visit(range, async (field) => {
    if (field.number === 1) key = await model.reader.text(field)
    if (field.number === 2) value = await model.reader.text(field)
  })
  addProperty(model, `metadata ${key}`, value)
}

/** @param prefix stands before the names of what is in it: names are unique within one graph only */
async function readGraph(model: Model, range: ByteRange, prefix: string, depth: number): Promise<void> {
  if (depth > maxDepth) {
    throw new RunwrightError('BAD_REQUEST', `${model.name}: graphs lie more than ${maxDepth} deep.`)
  }
  await model.reader.visit(range, async (field) => {
    if (field.number === 1) await readNode(model, field, prefix, depth)
    if (field.number === 5) {
      const { name, tensor } = await readOnnxTensor(model.reader, field)
      addTensor(model, prefix + name, tensor)
    }
    if (depth === 0 && (field.number === 11 || field.number === 12)) {
      const { name, type } = await readValueType(model.reader, field)
      addProperty(model, `${field.number === 11 ? 'input' : 'output'} ${name}`, type)
    }
  })
}

function addTensor({ tensors, name }: Model, key: string, tensor: StoredTensor): void {
  tensors.set(key, tensor)
  if (tensors.size <= maxTensors) return
  throw new RunwrightError('BAD_REQUEST', `${name} has more than ${maxTensors} tensors.`)
}

async function readNode(model: Model, range: ByteRange, prefix: string, depth: number): Promise<void> {
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: ByteRange[] = []
  let [name, operator, domain] = ['', '', '']
  const { reader } = model
  await reader.visit(range, async (field) => {
    if (field.number === 1) inputs.push(await reader.text(field))
    if (field.number === 2) outputs.push(await reader.text(field))
    if (field.number === 3) name = await reader.text(field)
    if (field.number === 4) operator = await reader.text(field)
    if (field.number === 5) attributes.push(field)
    if (field.number === 7) domain = await reader.text(field)
  })
  const key = prefix + (outputs[0] || name || `node ${model.nodes.size}`)
  const digests = new Map<string, string>()
  for (const attribute of attributes) {
    const { name, digest } = await readAttribute(model, attribute, key, operator === 'Constant', depth)
    if (digest !== undefined) digests.set(name, digest)
  }
  const isStandard = domain === '' || domain === 'ai.onnx'
  model.nodes.set(key, {
    operator: isStandard ? operator : `${domain}.${operator}`,
    inputs: inputs.join(', '),
    outputs: outputs.join(', '),
    attributes: digests,
  })
  if (model.nodes.size <= maxNodes) return
  throw new RunwrightError('BAD_REQUEST', `${model.name} has more than ${maxNodes} nodes.`)
}

/** The value of a Constant is a weight like any initializer; graphs of other nodes are parts of the whole graph. */
async function readAttribute(
  model: Model,
  range: ByteRange,
  nodeKey: string,
  isConstant: boolean,
  depth: number,
): Promise<{ readonly name: string; readonly digest: string | undefined }> {
  let name = ''
  let isElsewhere = false
  await model.reader.visit(range, async (field) => {
    if (field.number === 1) name = await model.reader.text(field)
    if (field.number === 5 && isConstant) {
      isElsewhere = true
      addTensor(model, nodeKey, (await readOnnxTensor(model.reader, field)).tensor)
    }
    if (field.number === 6 || field.number === 11) {
      isElsewhere = true
      await readGraph(model, field, `${nodeKey}/${name}/`, depth + 1)
    }
  })
  return { name, digest: isElsewhere ? undefined : await digestRange(model.reader, range) }
}

async function digestRange(reader: MessageReader, { start, end }: ByteRange): Promise<string> {
  const hash = createHash('sha256')
  const block = 1 << 20
  for (let at = start; at < end; at += block) hash.update(await reader.bytes({ start: at, end }, block))
  return hash.digest('hex').slice(0, 32)
}
