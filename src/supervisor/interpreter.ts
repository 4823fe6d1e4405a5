import { execFile } from 'node:child_process'
import path from 'node:path'

/** The program that reads the user's script. */
export interface Interpreter {
  readonly kind: 'python' | 'node'
  /** Absolute, as the interpreter itself says. */
  readonly path: string
  readonly version: string
  /** Python's installed distributions by name; missing for others. */
  readonly packages?: Readonly<Record<string, string>>
}

const timeoutMs = 20_000

/** First of all the current folder leaves the path, so that no module of the user's is run. */
const pythonProbe = `
import sys
sys.path[:] = [p for p in sys.path if p]
import json, importlib.metadata as m
found = {}
for d in m.distributions():
    try:
        found.setdefault(d.metadata["Name"], d.version)
    except Exception:
        pass
found.pop(None, None)
print(json.dumps([sys.executable, sys.version.split()[0], dict(sorted(found.items()))]))
`

const nodeProbe = 'console.log(JSON.stringify([process.execPath, process.versions.node]))'

/** Asks the interpreter that a command names with its first word; undefined when that is no interpreter we know. */
export async function findInterpreter(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Interpreter | undefined> {
  const [word = ''] = command
  const name = path.basename(word).replace(/\.exe$/i, '')
  const kind = /^python(\d+(\.\d+)?)?$/.test(name) ? 'python' : /^node(js)?$/.test(name) ? 'node' : undefined
  if (kind === undefined) return undefined
  const args = kind === 'python' ? ['-c', pythonProbe] : ['-e', nodeProbe]
  const answer = await ask(word, args, cwd, env)
  if (!Array.isArray(answer) || typeof answer[0] !== 'string' || typeof answer[1] !== 'string') return undefined
  const [executable, version, packages] = answer
  return { kind, path: executable, version, ...(isVersions(packages) ? { packages } : {}) }
}

function ask(file: string, args: string[], cwd: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env, timeout: timeoutMs, maxBuffer: 4 << 20, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? parseLastLine(stdout) : undefined)
    })
  })
}

/** What comes before the last line is the doing of a `sitecustomize` or a wrapper. */
function parseLastLine(output: string): unknown {
  try {
    return JSON.parse(output.trim().split('\n').at(-1) ?? '')
  } catch {
    return undefined
  }
}

function isVersions(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'string')
}
