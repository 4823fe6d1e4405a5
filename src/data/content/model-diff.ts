import type {
  ModelDiff,
  ModelFacts,
  NodeDiff,
  OperatorDiff,
  PropertyDiff,
  TensorDiff,
  TensorFacts,
} from '../../protocol/data-diff.ts'
import type { Work } from '../work.ts'
import { type ByteSource, openByteSource } from './byte-source.ts'
import type { ComparedFile } from './compared-file.ts'
import type { GraphNode, ModelFile, StoredTensor } from './model-file.ts'
import { readOnnx } from './onnx.ts'
import { readSafetensors } from './safetensors.ts'
import { diffTensorData } from './tensor-diff.ts'

/** Nodes, tensors and properties that are named each; the counts are of all. */
const maxNamed = 500

/**
 * What differs between two models: what they say of themselves, their graph, their weights. Weights are read block by
 * block, so that the memory it takes does not depend on them.
 *
 * @throws BAD_REQUEST for a file that is no model of this format
 */
export async function diffModels(
  format: ModelDiff['format'],
  before: ComparedFile | undefined,
  after: ComparedFile | undefined,
  work: Work,
): Promise<ModelDiff> {
  await using files = new AsyncDisposableStack()
  const open = async (file: ComparedFile | undefined) => {
    if (file === undefined) return undefined
    return readModel(format, files.use(await openByteSource(file.path)), file.name, work)
  }
  const [oldModel, newModel] = [await open(before), await open(after)]
  const tensors = await diffTensors(oldModel?.tensors, newModel?.tensors, work)
  const nodes = diffNodes(oldModel?.nodes, newModel?.nodes)
  const properties = diffProperties(oldModel?.properties, newModel?.properties)
  const cut = { properties, nodes, tensors: tensors.different }
  const notes = Object.entries(cut)
    .filter(([, list]) => list.length > maxNamed)
    .map(([what, list]) => `The first ${maxNamed} of ${list.length} ${what} are listed.`)
  return {
    kind: 'model',
    format,
    ...(oldModel === undefined ? {} : { old: countModel(oldModel) }),
    ...(newModel === undefined ? {} : { new: countModel(newModel) }),
    properties: properties.slice(0, maxNamed),
    operators: countOperators(oldModel?.nodes, newModel?.nodes).slice(0, maxNamed),
    nodes: nodes.slice(0, maxNamed),
    tensors: tensors.different.slice(0, maxNamed),
    equalTensors: tensors.equalCount,
    notes: [...notes, ...tensors.notes],
  }
}

function readModel(format: ModelDiff['format'], source: ByteSource, name: string, work: Work): Promise<ModelFile> {
  return format === 'onnx' ? readOnnx(source, name, work) : readSafetensors(source, name)
}

function countModel({ nodes, tensors }: ModelFile): ModelFacts {
  const sizes = [...tensors.values()].map(({ shape }) => shape.reduce((product, size) => product * size, 1))
  return {
    nodeCount: nodes.size,
    tensorCount: tensors.size,
    parameterCount: sizes.reduce((sum, size) => sum + size, 0),
  }
}

function namesOf(...maps: readonly (ReadonlyMap<string, unknown> | undefined)[]): string[] {
  return [...new Set(maps.flatMap((map) => [...(map?.keys() ?? [])]))]
}

function diffProperties(
  before: ReadonlyMap<string, string> | undefined,
  after: ReadonlyMap<string, string> | undefined,
): PropertyDiff[] {
  return namesOf(before, after)
    .map((name) => ({ name, old: before?.get(name) ?? null, new: after?.get(name) ?? null }))
    .filter((property) => property.old !== property.new)
}

type Nodes = ReadonlyMap<string, GraphNode>

function countOperators(before: Nodes = new Map(), after: Nodes = new Map()): OperatorDiff[] {
  const counts = new Map<string, { oldCount: number; newCount: number }>()
  const count = (nodes: Nodes, side: 'oldCount' | 'newCount') => {
    for (const { operator } of nodes.values()) {
      const known = counts.get(operator) ?? { oldCount: 0, newCount: 0 }
      known[side] += 1
      counts.set(operator, known)
    }
  }
  count(before, 'oldCount')
  count(after, 'newCount')
  return [...counts]
    .map(([operator, both]) => ({ operator, ...both }))
    .toSorted((a, b) => b.oldCount + b.newCount - a.oldCount - a.newCount || (a.operator < b.operator ? -1 : 1))
}

/** Of a model that is there in one version only nothing is listed: all of it would be. */
function diffNodes(before: Nodes | undefined, after: Nodes | undefined): NodeDiff[] {
  if (before === undefined || after === undefined) return []
  return namesOf(before, after).flatMap((name): NodeDiff[] => {
    const [old, now] = [before.get(name), after.get(name)]
    if (now === undefined) return old === undefined ? [] : [toNodeDiff('removed', name, old, [])]
    if (old === undefined) return [toNodeDiff('added', name, now, [])]
    const differs = [
      ...(['operator', 'inputs', 'outputs'] as const).filter((field) => old[field] !== now[field]),
      ...namesOf(old.attributes, now.attributes).filter(
        (each) => old.attributes.get(each) !== now.attributes.get(each),
      ),
    ]
    return differs.length === 0 ? [] : [toNodeDiff('changed', name, now, differs.slice(0, 20))]
  })
}

function toNodeDiff(
  change: NodeDiff['change'],
  name: string,
  { operator }: GraphNode,
  differs: readonly string[],
): NodeDiff {
  return { change, name, operator, differs }
}

interface TensorsDiff {
  readonly different: readonly TensorDiff[]
  readonly equalCount: number
  readonly notes: readonly string[]
}

type Tensors = ReadonlyMap<string, StoredTensor>

async function diffTensors(before: Tensors | undefined, after: Tensors | undefined, work: Work): Promise<TensorsDiff> {
  const different: TensorDiff[] = []
  let equalCount = 0
  let externalCount = 0
  if (before === undefined || after === undefined) return { different, equalCount, notes: [] }
  const names = namesOf(before, after)
  for (const [index, name] of names.entries()) {
    work.progress(progressOf(index, names.length))
    const [old, now] = [before.get(name), after.get(name)]
    if (old === undefined || now === undefined || !isAlike(old, now)) {
      const change = old === undefined ? 'added' : now === undefined ? 'removed' : 'reshaped'
      different.push({ change, name, ...sidesOf(old, now) })
      continue
    }
    if (typeof old.data === 'string' || typeof now.data === 'string') externalCount += 1
    const difference = await diffData(old, now, work)
    if (difference === 'equal') equalCount += 1
    else different.push({ change: 'values', name, ...sidesOf(old, now), ...(difference && { difference }) })
  }
  const notes =
    externalCount === 0
      ? []
      : [`The weights of ${externalCount} tensors lie in other files; only their places there were compared.`]
  return { different, equalCount, notes }
}

function progressOf(done: number, total: number) {
  return { phase: 'query', doneFiles: done, totalFiles: total, doneBytes: 0, totalBytes: undefined } as const
}

async function diffData({ dataType, data: before }: StoredTensor, { data: after }: StoredTensor, work: Work) {
  if (typeof before === 'string' || typeof after === 'string') return before === after ? 'equal' : undefined
  return diffTensorData(dataType, before, after, work)
}

function isAlike(before: TensorFacts, after: TensorFacts): boolean {
  return before.dataType === after.dataType && before.shape.join() === after.shape.join()
}

function sidesOf(before: StoredTensor | undefined, after: StoredTensor | undefined) {
  return {
    ...(before === undefined ? {} : { old: { dataType: before.dataType, shape: before.shape } }),
    ...(after === undefined ? {} : { new: { dataType: after.dataType, shape: after.shape } }),
  }
}
