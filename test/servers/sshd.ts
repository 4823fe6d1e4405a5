import { join } from 'node:path'
import { findFreePorts } from './free-ports.ts'
import { openServerScript, whyNot } from './server-script.ts'

/** A real ssh server on 127.0.0.1 with keys of its own; disposing it ends and removes it. */
export interface SshServer extends AsyncDisposable {
  readonly folder: string
  /** For `ssh -F`: any host is this server. */
  readonly configFile: string
  /** HOME of whoever logs in. */
  readonly home: string
  start(): Promise<void>
  /** Ends the server and all its connections, as when the machine's network dies; what logins have started goes on. */
  kill9(): Promise<void>
}

/** Why there can be no ssh server here; false when there can. */
export const whyNoSshd = whyNot(['sshd', 'ssh', 'ssh-keygen', 'pgrep'], { needsRoot: false })

export async function openSshd(): Promise<SshServer> {
  const script = await openServerScript('sshd', {})
  const [port = 0] = await findFreePorts(1)
  const stop = async () => {
    await script.run('stop')
    await script.remove()
  }
  try {
    await script.run('start', port)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    folder: script.folder,
    configFile: join(script.folder, 'ssh_config'),
    home: join(script.folder, 'home'),
    start: async () => void (await script.run('start')),
    kill9: async () => void (await script.run('kill9')),
    [Symbol.asyncDispose]: stop,
  }
}
