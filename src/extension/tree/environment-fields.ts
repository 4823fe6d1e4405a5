import { isRecord } from '../../protocol/json.ts'
import { findTag, type Run } from '../../protocol/runs.ts'
import { artifactPaths, tagNames } from '../../protocol/tag-names.ts'
import type { Field } from './fields.ts'
import { formatSize } from './format.ts'
import { localize } from '../localize.ts'

/** Hex digits of a hash that are shown. */
const shownHashDigits = 12

/**
 * What one asks first of a run's environment, a row each. A machine has hundreds of packages and variables, so they are
 * counted here and listed in the file, which the last row opens.
 *
 * @param recorded what the supervisor wrote to `environment.json`; undefined when the run has no such file. Whatever is
 *   not as it writes it is left out.
 */
export function environmentFields(run: Run, recorded: unknown): readonly Field[] {
  const fields = named({
    [localize('User')]: findTag(run, tagNames.user) ?? run.userId,
    [localize('Exit code')]: findTag(run, tagNames.exitCode),
  })
  if (!isRecord(recorded)) return fields
  const file: Field = {
    name: localize('All'),
    value: artifactPaths.environment,
    icon: 'json',
    opens: { artifactPath: artifactPaths.environment },
  }
  return [
    ...fields,
    ...interpreterFields(recorded['interpreter']),
    ...platformFields(recorded['platform']),
    ...list(recorded['gpus']).flatMap(gpuField),
    ...list(recorded['lockFiles']).flatMap(lockFileField),
    file,
  ]
}

const interpreterNames = new Map<unknown, string>([
  ['python', 'Python'],
  ['node', 'Node'],
])

function interpreterFields(interpreter: unknown): readonly Field[] {
  if (!isRecord(interpreter)) return []
  const { kind, version, path, packages } = interpreter
  return named({
    [interpreterNames.get(kind) ?? localize('Version')]: version,
    [localize('Interpreter')]: path,
    [localize('Packages')]: isRecord(packages)
      ? localize('{count} installed', { count: Object.keys(packages).length })
      : undefined,
  })
}

function platformFields(platform: unknown): readonly Field[] {
  if (!isRecord(platform)) return []
  const { system, release, arch, host, cpu, cpuCount, memoryBytes } = platform
  const cores =
    typeof cpuCount === 'number'
      ? localize('{count, plural, one {# core} other {# cores}}', { count: cpuCount })
      : undefined
  return named({
    [localize('System')]: join(' ', system, release, arch),
    [localize('Host')]: host,
    CPU: join(', ', cpu, cores),
    [localize('Memory')]: typeof memoryBytes === 'number' ? formatSize(memoryBytes) : undefined,
  })
}

function gpuField(gpu: unknown, index: number): readonly Field[] {
  if (!isRecord(gpu)) return []
  const { name, memoryMiB, driver } = gpu
  const memory = typeof memoryMiB === 'number' ? formatSize(memoryMiB * 2 ** 20) : undefined
  return named({
    [`GPU ${index}`]: join(', ', name, memory, driver && localize('driver {version}', { version: String(driver) })),
  })
}

function lockFileField(lockFile: unknown): readonly Field[] {
  if (!isRecord(lockFile)) return []
  const { name, sha256 } = lockFile
  if (typeof name !== 'string' || typeof sha256 !== 'string') return []
  return [
    {
      name,
      value: `sha256 ${sha256}`,
      shown: `sha256 ${sha256.slice(0, shownHashDigits)}`,
      icon: 'lock',
      opens: { artifactPath: `${artifactPaths.environmentFolder}/${name}` },
    },
  ]
}

/** A row for each value that is a text with something in it. */
function named(values: Readonly<Record<string, unknown>>): readonly Field[] {
  return Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [{ name, value }] : [],
  )
}

function join(separator: string, ...values: readonly unknown[]): string {
  return values.filter((value) => typeof value === 'string' && value !== '').join(separator)
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
