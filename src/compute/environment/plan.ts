import { createHash } from 'node:crypto'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Lock } from './locks.ts'
import type { TargetTools } from './tools.ts'

/** With which programs an environment is built. */
export type Builder = 'uv-sync' | 'uv-pip' | 'pip' | 'mamba' | 'conda' | 'micromamba' | 'npm'

/** An environment that a target builds once, and keeps by its key. */
export interface EnvironmentPlan {
  readonly lock: Lock
  readonly builder: Builder
  /** SHA-256 in hex over all that makes a difference to what is built. */
  readonly key: string
}

/** Goes into each key; a change in how environments are built gives it another value. */
const version = 1

/**
 * Chooses what is built for a command: at most one environment of Python and one of npm.
 *
 * @param locks of `findLocks`
 * @throws INVALID_STATE when the target lacks what it takes, with what to install
 */
export function planEnvironments(
  locks: readonly Lock[],
  tools: TargetTools,
  target: string,
): readonly EnvironmentPlan[] {
  const python = locks.filter(({ kind }) => kind !== 'npm')
  const npm = locks.filter(({ kind }) => kind === 'npm')
  return [python, npm].filter((choices) => choices.length > 0).map((choices) => choose(choices, tools, target))
}

function choose(locks: readonly Lock[], tools: TargetTools, target: string): EnvironmentPlan {
  for (const lock of locks) {
    const builder = findBuilder(lock, tools)
    if (builder !== undefined) return { lock, builder, key: createKey(lock, builder, tools) }
  }
  const [{ path, kind }] = [locks[0] ?? { path: '', kind: 'npm' as const }]
  throw new RunwrightError(
    'INVALID_STATE',
    `${target} cannot build the environment of ${path}: it has no ${needs[kind].what}.`,
    {
      hint: needs[kind].hint,
    },
  )
}

const needs: Readonly<Record<Lock['kind'], { what: string; hint: string }>> = {
  uv: { what: 'uv', hint: 'Install uv there, or add a requirements.txt beside the lock.' },
  requirements: { what: 'Python with venv', hint: 'Install uv there, or Python with venv (Debian: python3-venv).' },
  conda: { what: 'conda, mamba or micromamba', hint: 'Install one of them there, or add a requirements.txt.' },
  npm: { what: 'npm', hint: 'Install Node.js with npm there.' },
}

function findBuilder({ kind }: Lock, { uv, python, hasVenv, conda, node, npm }: TargetTools): Builder | undefined {
  if (kind === 'uv') return uv === undefined ? undefined : 'uv-sync'
  if (kind === 'npm') return node === undefined || npm === undefined ? undefined : 'npm'
  if (kind === 'conda') return conda === 'mamba' || conda === 'conda' || conda === 'micromamba' ? conda : undefined
  if (uv !== undefined) return 'uv-pip'
  return python !== undefined && hasVenv ? 'pip' : undefined
}

function createKey(lock: Lock, builder: Builder, tools: TargetTools): string {
  const interpreter = builder === 'npm' ? tools.node : tools.python
  const parts = [version, lock.kind, lock.contents, interpreter ?? '', tools.platform]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
