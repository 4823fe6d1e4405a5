import type { InferenceSession as Session, Tensor as RuntimeTensor } from 'onnxruntime-node'
import { isDtype, letGo, type TensorValue, toElements } from '../tensor-value.ts'
import type { Exchange } from './exchange.ts'
import type { Answers, PlacedTensor, Question, ValueSignature } from './messages.ts'
import { placeTensors, takeTensor } from './place-tensors.ts'

// The native part (1.30) takes bits of float16 in a Uint16Array alone, and reads a Float16Array as empty. The library makes
// one of the other unless the type is not there, and nothing else in this process needs it.
Reflect.deleteProperty(globalThis, 'Float16Array')

// Not above: the thread that watches this process has this module in its bundle, and does without the library.
const { InferenceSession, Tensor } = await import('onnxruntime-node')

type Asked<Kind extends Question['kind']> = Extract<Question, { kind: Kind }>

/** The sessions of this process; each function answers the question of its name. */
export interface Sessions {
  open(question: Asked<'open'>): Promise<Answers['open']>
  run(question: Asked<'run'>): Promise<Answers['run']>
  /** @param signal looked at between runs */
  repeat(question: Asked<'repeat'>, signal: AbortSignal): Promise<Answers['repeat']>
  close(question: Asked<'close'>): Promise<Answers['close']>
}

export function createSessions(exchange: Exchange): Sessions {
  const sessions = new Map<number, Session>()
  let lastSession = 0
  const find = (id: number) => {
    const session = sessions.get(id)
    if (session === undefined) throw new Error('This session is closed.')
    return session
  }
  return {
    async open({ model, options }) {
      const source = typeof model === 'string' ? model : exchange.take(model)
      const settings = { ...options, logSeverityLevel: errorsOnly } as const
      const start = performance.now()
      const session =
        typeof source === 'string'
          ? await InferenceSession.create(source, settings)
          : await InferenceSession.create(source, settings)
      const loadMs = performance.now() - start
      sessions.set(++lastSession, session)
      const [inputs, outputs] = [session.inputMetadata.map(toSignature), session.outputMetadata.map(toSignature)]
      return { session: lastSession, inputs, outputs, loadMs }
    },
    async run({ session, feeds, outputs }) {
      const given = toFeeds(feeds, exchange)
      const found = find(session)
      const start = performance.now()
      const results = await found.run(given, [...outputs])
      const runMs = performance.now() - start
      const values = outputs.map((name) => [name, toValue(name, results)] as const)
      const placed = placeTensors(values, exchange)
      for (const [index, [, value]] of values.entries()) if (isOutside(placed[index])) letGo(value)
      return { outputs: placed, runMs }
    },
    async repeat({ session, feeds, outputs, count, warmUp }, signal) {
      const given = toFeeds(feeds, exchange)
      const found = find(session)
      const fetched = [...outputs]
      for (let index = 0; index < warmUp && !signal.aborted; index++) await found.run(given, fetched)
      const runsMs = new Float64Array(count)
      const cpu = process.cpuUsage()
      for (let index = 0; index < count && !signal.aborted; index++) {
        const start = performance.now()
        await found.run(given, fetched)
        runsMs[index] = performance.now() - start
      }
      const { user, system } = process.cpuUsage(cpu)
      if (signal.aborted) throw new Error('Cancelled.')
      return { runsMs, cpuMs: (user + system) / 1000 }
    },
    async close({ session }) {
      const found = sessions.get(session)
      sessions.delete(session)
      await found?.release()
      return {}
    },
  }
}

/** What goes in the message itself is still needed. */
function isOutside(placed: PlacedTensor | undefined): boolean {
  return placed !== undefined && 'offset' in placed.data
}

/** ONNX Runtime's severity for its own log: errors come as errors, and warnings are for its authors. */
const errorsOnly = 3

function toSignature(metadata: Session.ValueMetadata): ValueSignature {
  if (!metadata.isTensor || !isDtype(metadata.type)) return { name: metadata.name, dims: [] }
  return { name: metadata.name, dtype: metadata.type, dims: [...metadata.shape] }
}

/** Names are of strangers, and one of them may be `__proto__`. */
function toFeeds(feeds: readonly PlacedTensor[], exchange: Exchange): Record<string, RuntimeTensor> {
  const given: Record<string, RuntimeTensor> = Object.create(null)
  for (const feed of feeds) {
    const { dtype, dims, data } = takeTensor(feed, exchange)
    given[feed.name] = dtype === 'string' ? new Tensor(dtype, [...data], dims) : new Tensor(dtype, data, dims)
  }
  return given
}

/** @throws Error where the runtime gave no such tensor */
function toValue(name: string, results: Session.OnnxValueMapType): TensorValue {
  const result = Object.hasOwn(results, name) ? results[name] : undefined
  if (result === undefined || !isDtype(result.type)) throw new Error(`There is no tensor for the output "${name}".`)
  const { type: dtype, dims, data } = result
  if (dtype === 'string') {
    // SAFETY: the elements of a tensor of this type.
    return { dtype, dims: [...dims], data: data as string[] }
  }
  // SAFETY: all that is not strings is in a typed array.
  const { buffer, byteOffset, byteLength } = data as Uint8Array<ArrayBuffer>
  return { dtype, dims: [...dims], data: toElements(dtype, new Uint8Array(buffer, byteOffset, byteLength)) }
}
