import { constants } from 'node:os'
import { RunwrightError } from '../../protocol/errors.ts'
import type { JupyterMessage, KernelChannel } from '../../protocol/jupyter-messages.ts'
import type { SshHost } from '../../ssh/ssh-host.ts'
import { openSshShell } from '../../ssh/ssh-shell.ts'
import type { KernelListener, StartKernel } from '../kernel.ts'
import { explainEnd } from '../local/explain-end.ts'
import { waitForStart } from '../local/wait-for-start.ts'
import { createWelcome } from '../local/welcome.ts'
import { type KeeperEnd, openKeeperLine } from './keeper-line.ts'
import { keeperText } from './keeper-text.ts'
import { explainPython, pythonWords } from './remote-python.ts'

export interface SshKernelOptions {
  readonly host: SshHost
  /** As its shell finds it, or a path, which may begin with `~/`. */
  readonly interpreter: string
  /** Of the keeper, below the home of the user there. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly startMs: number
  makeRequest(channel: KernelChannel, type: string, content: JupyterMessage['content']): JupyterMessage
  onRefused(error: unknown): void
}

/** A kernel of another machine, where a keeper has it. One of an earlier process is ended first. */
export function createSshKernel(options: SshKernelOptions): StartKernel {
  return async (listener, signal) => {
    const { host, env, interpreter, folder, makeRequest, startMs, onRefused } = options
    const shell = await openSshShell(host, env)
    const run = (words: readonly string[]) => shell.run(pythonWords(interpreter, ['-c', keeperText, ...words]))
    const end = async () => {
      await run(['stop', folder]).catch(onRefused)
      await shell[Symbol.asyncDispose]()
    }
    try {
      const { code, stderr } = await run(['start', folder, keeperText])
      if (code !== 0) throw explainPython(host.host, interpreter, code, stderr)
      const attach = ['-o', 'ClearAllForwardings=yes', '-o', 'LogLevel=ERROR']
      const heard = createHearing(listener, interpreter, host.host)
      const line = openKeeperLine({
        ...heard,
        command: () => shell.command(attach, pythonWords(interpreter, ['-c', keeperText, 'attach', folder])),
        env,
        onRefused,
      })
      const ask = () => line.send(makeRequest('shell', 'kernel_info_request', {}))
      try {
        await waitForStart({ answered: heard.complete, ended: heard.ended, startMs, signal, ask })
      } catch (error) {
        line[Symbol.dispose]()
        throw error
      }
      heard.open()
      return {
        pid: undefined,
        send: (message) => line.send(message),
        interrupt: () => Promise.resolve(line.signal('SIGINT')),
        async [Symbol.asyncDispose]() {
          heard.close()
          line[Symbol.dispose]()
          await end()
        },
      }
    } catch (error) {
      await end()
      throw error
    }
  }
}

/** Tells the listener nothing before it is opened. */
function createHearing(listener: KernelListener, interpreter: string, host: string) {
  const welcome = createWelcome()
  const ended = Promise.withResolvers<RunwrightError>()
  let isTold = false
  const end = (reason: string) => {
    ended.resolve(new RunwrightError('INVALID_STATE', reason))
    if (isTold) listener.onEnd(reason)
    isTold = false
  }
  return {
    complete: welcome.complete,
    ended: ended.promise,
    open: () => void (isTold = true),
    close: () => void (isTold = false),
    onMessage: (message: JupyterMessage) => (isTold ? listener.onMessage(message) : welcome.take(message)),
    onSilence: (isSilent: boolean) => isTold && listener.onSilence(isSilent),
    onEnd: (own: KeeperEnd) => end(explainEnd(toProcessEnd(own), interpreter)),
    onGone: () =>
      end(
        `What kept it on ${host} is not there any more, nor is the kernel: the machine was started anew, or somebody has ended both.`,
      ),
  }
}

/** Python gives the number of a signal as a negative exit code. */
function toProcessEnd({ code, said }: KeeperEnd) {
  const names = Object.entries(constants.signals)
  const [signal] = names.find(([, number]) => number === -code) ?? []
  // SAFETY: the names of the signals of this system are those that its processes end by.
  return { code: signal === undefined ? code : null, signal: (signal ?? null) as NodeJS.Signals | null, said }
}
