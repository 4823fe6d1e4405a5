import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import { type AgentLine, openAgentLine } from '../jupyter/agent-line.ts'
import type { AgentRun } from '../jupyter/agent-streams.ts'
import {
  type ControlKernel,
  endControlKernel,
  findControlKernel,
  releaseControlKernel,
} from '../jupyter/control-kernel.ts'
import type { JupyterServer } from '../../jupyter/jupyter-server.ts'
import type { StartFollower } from './follow-folders.ts'
import { defaultTimeoutMs, maxOutputBytes } from '../../ssh/run-program.ts'
import { nextPort } from './tracking-port.ts'
import type { Shell, ShellOptions, ShellResult } from '../../ssh/shell.ts'

/** The machine of a Jupyter Server. Programs run beside the server, each in a session of its own. */
export interface JupyterShell extends Shell {
  /**
   * Has connections to a port of the loopback there brought to this machine.
   *
   * @returns the port, which stays the same while nobody else takes it
   * @throws TEMPORARILY_UNAVAILABLE when no port can be had
   */
  listen(): Promise<number>
  /** Follows the output of a program, and listens as long. */
  follow(program: string): StartFollower
}

/** A kernel that nobody has needed for so long is let go of. */
const idleMs = 60_000
/** A kernel of ours that has just been killed may hold the port a little longer; then it is somebody else. */
const portTries = { ofOne: 20, ofAll: 60 }

/**
 * @param parts.session path of the server's session that the control kernel is found by
 * @param parts.kernel name of its specification
 * @param parts.port to listen at, if it is free
 * @param parts.connect opens a connection to the tracking server on this machine
 */
export function openJupyterShell(
  server: JupyterServer,
  parts: {
    readonly session: string
    readonly kernel: string | undefined
    readonly port: number
    readonly connect: () => Duplex
  },
): JupyterShell {
  const client = randomUUID()
  let opening: Promise<AgentLine> | undefined
  let kernel: ControlKernel | undefined
  let port = parts.port
  let releasing: Promise<void> | undefined
  let users = 0
  let idle: NodeJS.Timeout | undefined

  async function openLine(): Promise<AgentLine> {
    await releasing
    const found = await findControlKernel(server, parts.session, parts.kernel)
    kernel = found
    let isUseless = false
    try {
      return await openAgentLine(server, found.kernelId, {
        client,
        connect: parts.connect,
        closed: () => (opening = undefined),
        useless: () => (isUseless = true),
      })
    } catch (error) {
      if (isUseless) await endControlKernel(server, found).catch(() => undefined)
      throw error
    }
  }

  function connect(): Promise<AgentLine> {
    const own = (opening ??= openLine().catch((error: unknown) => {
      if (opening === own) opening = undefined
      throw error
    }))
    return own
  }

  function release(): Promise<void> {
    releasing = (async () => {
      const line = await opening?.catch(() => undefined)
      opening = undefined
      line?.[Symbol.dispose]()
      const own = kernel
      kernel = undefined
      if (own !== undefined) await releaseControlKernel(server, own).catch(() => undefined)
    })()
    return releasing
  }

  async function use<T>(work: (line: AgentLine) => Promise<T>): Promise<T> {
    users++
    clearTimeout(idle)
    try {
      return await work(await connect())
    } finally {
      users--
      if (users === 0) idle = setTimeout(() => void release(), idleMs).unref()
    }
  }

  async function listenOn(line: AgentLine): Promise<number> {
    let said: string | undefined
    for (let tries = 1; tries <= portTries.ofAll; tries++) {
      said = await line.listen(port)
      if (said === undefined) return port
      if (tries % portTries.ofOne === 0) port = nextPort(port)
      await delay(250, undefined, { ref: false })
    }
    throw new RunwrightError('TEMPORARILY_UNAVAILABLE', `No port of ${server.name} can be had: ${said}`)
  }

  return {
    name: server.name,
    run: (argv, options = {}) => use((line) => runToEnd(line, server.name, argv, options)),
    listen: () => use(listenOn),
    follow: (program) => (read, ended) => {
      let run: AgentRun | undefined
      let isDisposed = false
      const work = async (line: AgentLine) => {
        await listenOn(line)
        if (isDisposed) return
        let said = ''
        const decoder = new TextDecoder()
        const out = (of: string, bytes: Buffer) => {
          if (of === 'out') read(decoder.decode(bytes, { stream: true }))
          else said = `${said}${bytes.toString()}`.slice(-4000)
        }
        run = line.run(['sh', '-c', program], { stdin: '', seconds: undefined, out })
        await run.done
        throw new Error(said)
      }
      use(work).then(
        () => undefined,
        (error: unknown) => {
          if (!isDisposed) ended(error instanceof Error ? error.message : String(error))
        },
      )
      return {
        [Symbol.dispose]() {
          isDisposed = true
          run?.drop()
        },
      }
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(idle)
      await release()
    },
  }
}

function runToEnd(
  line: AgentLine,
  name: string,
  argv: readonly string[],
  { stdin = '', timeoutMs = defaultTimeoutMs }: ShellOptions,
): Promise<ShellResult> {
  const parts: Record<'out' | 'err', Buffer[]> = { out: [], err: [] }
  let size = 0
  return new Promise((resolve, reject) => {
    const fail = (what: string) => {
      run.drop()
      reject(new RunwrightError('TEMPORARILY_UNAVAILABLE', `${name} ${what}.`))
    }
    const timer = setTimeout(() => fail(`did not answer within ${timeoutMs / 1000} s`), timeoutMs)
    const out = (of: 'out' | 'err', bytes: Buffer) => {
      size += bytes.length
      if (size > maxOutputBytes) fail('answered more than 64 MiB')
      else parts[of].push(bytes)
    }
    // The agent's own limit is for when we are gone.
    const run = line.run(argv, { stdin, seconds: timeoutMs / 1000 + 10, out })
    run.done
      .then(({ code, said }) => {
        const stderr = Buffer.concat(parts.err).toString()
        resolve({ code, stdout: Buffer.concat(parts.out), stderr: said === '' ? stderr : said })
      }, reject)
      .finally(() => clearTimeout(timer))
  })
}
