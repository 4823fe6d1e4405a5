import { execFileSync } from 'node:child_process'
import os from 'node:os'
import { findTestPython } from '../test/servers/test-python.ts'

/** What the figures were taken on. */
export interface Machine {
  readonly node: string
  readonly cpu: string
  readonly cores: number
  readonly system: string
}

export function describeMachine(): Machine {
  const cpus = os.cpus()
  return {
    node: process.version,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  }
}

/** The peer and what it stands on, by version. */
export interface PeerVersions {
  readonly mlflow: string
  readonly python: string
}

const versionScript = `
import importlib.metadata, platform
print(importlib.metadata.version('mlflow'), platform.python_version())
`

export function readPeerVersions(): PeerVersions {
  const text = execFileSync(findTestPython(process.env), ['-c', versionScript], { encoding: 'utf8' })
  const [mlflow = '', python = ''] = text.trim().split(' ')
  return { mlflow, python }
}
