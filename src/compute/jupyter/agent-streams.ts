import type { Duplex, Readable } from 'node:stream'
import { pieceBytes } from './agent-text.ts'
import { createIntake, createOutflow, type Outflow } from './flow.ts'

export interface AgentRunOptions {
  readonly stdin: string | Uint8Array | Readable
  /** After which it is killed. One without a limit is killed when the connection breaks. */
  readonly seconds: number | undefined
  readonly out: (of: 'out' | 'err', bytes: Buffer) => void
}

export interface AgentRun {
  /** @throws TEMPORARILY_UNAVAILABLE when the connection breaks, the error of its input when that fails */
  readonly done: Promise<{ readonly code: number; readonly said: string }>
  /** Kills it. */
  drop(): void
}

export type Message = Readonly<Record<string, unknown>>
/** Takes the messages of one stream. */
export interface StreamEnd {
  take(op: string, message: Message): void
  lost(reason: Error): void
}

type Say = (op: string, more?: Message) => void

/** A program at the agent. `feed` gives it its input once the agent was told of it, but for an `input` that it has. */
export function runProgram(
  { stdin, out }: AgentRunOptions,
  say: Say,
  over: () => void,
): { readonly run: AgentRun; readonly end: StreamEnd; readonly input: string | null; feed(): void } {
  const done = Promise.withResolvers<{ code: number; said: string }>()
  const outflow = createOutflow((bytes) => say('data', { bytes }))
  const took = createIntake((size) => say('ack', { size }))
  const finish = () => {
    over()
    outflow.close(new Error('The program has ended.'))
    if (typeof stdin !== 'string' && !(stdin instanceof Uint8Array)) stdin.destroy()
  }
  const drop = () => say('drop')
  return {
    run: { done: done.promise, drop },
    end: {
      take(op, message) {
        if (op === 'ack') outflow.free(Number(message['size']))
        else if (op === 'data') {
          const bytes = toBytes(message['bytes'])
          out(message['of'] === 'err' ? 'err' : 'out', bytes)
          took(bytes.length)
        } else if (op === 'exit') {
          finish()
          out('out', toBytes(message['out']))
          out('err', toBytes(message['err']))
          done.resolve({ code: Number(message['code']), said: String(message['said']) })
        }
      },
      lost(reason) {
        finish()
        done.reject(reason)
      },
    },
    input: isSmall(stdin) ? Buffer.from(stdin).toString('base64') : null,
    feed() {
      if (isSmall(stdin)) return
      void feed(stdin, outflow).then(
        () => say('end'),
        (error: unknown) => {
          // Where the program has ended, that is settled already.
          drop()
          done.reject(error)
        },
      )
    },
  }
}

function toBytes(text: unknown): Buffer {
  return Buffer.from(String(text), 'base64')
}

function isSmall(stdin: AgentRunOptions['stdin']): stdin is string | Uint8Array {
  return (typeof stdin === 'string' || stdin instanceof Uint8Array) && Buffer.byteLength(stdin) <= pieceBytes
}

async function feed(stdin: AgentRunOptions['stdin'], outflow: Outflow): Promise<void> {
  if (typeof stdin === 'string' || stdin instanceof Uint8Array) return outflow.write(Buffer.from(stdin))
  for await (const chunk of stdin) {
    // SAFETY: streams of bytes give buffers, those of text strings.
    await outflow.write(Buffer.from(chunk as Uint8Array | string))
  }
}

/** Joins a connection at the agent's port with one here. */
export function relay(connection: Duplex, say: Say, over: () => void): StreamEnd {
  const outflow = createOutflow((bytes) => say('data', { bytes }))
  const took = createIntake((size) => say('ack', { size }))
  const drop = () => {
    over()
    say('drop')
    connection.destroy()
  }
  connection.once('error', drop)
  const fed = feed(connection, outflow).then(() => say('end'), drop)
  connection.once('close', () => {
    // What was read of it to the end still goes on its way, and waits for room as all before it.
    if (!connection.readableEnded) outflow.close(new Error('The connection is closed.'))
    void fed.then(over)
  })
  return {
    take(op, message) {
      if (op === 'ack') outflow.free(Number(message['size']))
      else if (op === 'end') connection.end()
      else if (op === 'data') {
        const bytes = toBytes(message['bytes'])
        connection.write(bytes, () => took(bytes.length))
      }
    },
    lost(reason) {
      outflow.close(reason)
      connection.destroy()
    },
  }
}
