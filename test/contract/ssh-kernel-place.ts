import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSshd, type SshServer } from '../servers/sshd.ts'
import { findTestPython } from '../servers/test-python.ts'
import type { KernelPlace } from './kernel.ts'
import { openKernelEngine } from './python-kernel-place.ts'

export interface SshPlace extends KernelPlace {
  readonly server: SshServer
  readonly dataFolder: string
}

/** A real ssh server, and an engine whose `runwright.yaml` names it. */
export async function openSshPlace(): Promise<SshPlace> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await openSshd())
  const workspace = await mkdtemp(join(tmpdir(), 'runwright-remote-'))
  opened.defer(() => rm(workspace, { recursive: true, force: true }))
  const targets = { far: { kind: 'ssh', host: 'target', configFile: server.configFile } }
  await writeFile(join(workspace, 'runwright.yaml'), JSON.stringify({ targets }))
  const { client, dataFolder } = opened.use(await openKernelEngine({ workspace, env: process.env }))
  const closing = opened.move()
  return {
    client,
    environmentId: `ssh:far/${findTestPython(process.env)}`,
    server,
    dataFolder,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}
