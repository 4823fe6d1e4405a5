import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LineToCut, openLineToCut } from '../servers/line-to-cut.ts'
import { openSshd, type SshServer } from '../servers/sshd.ts'
import { findTestPython } from '../servers/test-python.ts'
import type { KernelPlace } from './kernel.ts'
import { openKernelEngine } from './python-kernel-place.ts'

export interface SshPlace extends KernelPlace {
  readonly server: SshServer
  /** All that ssh says to the host goes over it. */
  readonly line: LineToCut
  readonly dataFolder: string
  readonly workspace: string
}

/** A real ssh server, and an engine whose `runwright.yaml` names it. */
export async function openSshPlace(): Promise<SshPlace> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await openSshd())
  const workspace = await mkdtemp(join(tmpdir(), 'runwright-remote-'))
  opened.defer(() => rm(workspace, { recursive: true, force: true }))
  const settings = await readFile(server.configFile, 'utf8')
  const [, port = ''] = /Port (\d+)/.exec(settings) ?? []
  const line = opened.use(await openLineToCut(Number(port)))
  const configFile = join(workspace, 'ssh_config')
  // The host is known by its own port.
  const overLine = settings.replace(`Port ${port}`, `Port ${line.port}\n  HostKeyAlias [127.0.0.1]:${port}`)
  await writeFile(configFile, overLine, { mode: 0o600 })
  const targets = { far: { kind: 'ssh', host: 'target', configFile } }
  await writeFile(join(workspace, 'runwright.yaml'), JSON.stringify({ targets }))
  const { client, dataFolder } = opened.use(await openKernelEngine({ workspace, env: process.env }))
  const closing = opened.move()
  return {
    client,
    environmentId: `ssh:far/${findTestPython(process.env)}`,
    server,
    line,
    dataFolder,
    workspace,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
