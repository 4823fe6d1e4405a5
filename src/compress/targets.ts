import { readFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import type { ProcessLimits } from '../onnx/session.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { formatSize, parseSize } from '../protocol/quantities.ts'
import { type Goal, parseGoal } from './goals.ts'

/** What of a processor makes 8-bit integers fast, the best last. */
export const instructionSets = ['none', 'avx2', 'avx512', 'vnni'] as const
export type InstructionSet = (typeof instructionSets)[number]

/** A kind of computer without a GPU that a model is for. */
export interface CpuProfile {
  /** On the command line. */
  readonly name: string
  readonly title: string
  /** That work on one operator. */
  readonly threads: number
  /** Cores that a model may take, 0.5 for half of one; undefined is all. */
  readonly cpus: number | undefined
  /** For the whole process that runs the model; undefined is all. */
  readonly memoryBytes: number | undefined
  /** Samples of one run. */
  readonly batch: number
  /** How fast it has to be there. */
  readonly goals: readonly Goal[]
  /** The best that can be counted on there; undefined is that of this machine. */
  readonly instructions: InstructionSet | undefined
}

const gibibyte = 2 ** 30

/** What is there when nobody says otherwise; the last is measured as it is. */
export function presets(cores = availableParallelism()): readonly CpuProfile[] {
  const goal = (text: string) => [parseGoal(text)]
  return [
    {
      name: 'edge-box',
      title: 'Edge box: 2 cores, 1 GiB',
      threads: 2,
      cpus: 2,
      memoryBytes: gibibyte,
      batch: 1,
      goals: goal('p99<=50ms'),
      instructions: 'avx2',
    },
    {
      name: 'office-server',
      title: 'Small office server: 8 cores, 16 GiB',
      threads: 8,
      cpus: 8,
      memoryBytes: 16 * gibibyte,
      batch: 8,
      goals: goal('p99<=100ms'),
      instructions: 'avx2',
    },
    {
      name: 'cloud-instance',
      title: 'Modest cloud instance: 2 virtual cores, 4 GiB',
      threads: 2,
      cpus: 2,
      memoryBytes: 4 * gibibyte,
      batch: 1,
      goals: goal('p99<=50ms'),
      instructions: 'vnni',
    },
    {
      name: 'this-machine',
      title: 'This machine',
      threads: cores,
      cpus: undefined,
      memoryBytes: undefined,
      batch: 1,
      goals: [],
      instructions: undefined,
    },
  ]
}

/**
 * A profile by its name, with what is set otherwise behind it: `edge-box,threads=1,memory=512MiB,batch=4,p99=20ms`.
 *
 * @throws INVALID_PARAMETER_VALUE that says what there is
 */
export function parseProfile(text: string, cores = availableParallelism()): CpuProfile {
  const [name = '', ...settings] = text.split(',').map((part) => part.trim())
  const all = presets(cores)
  const preset = all.find((profile) => profile.name === name)
  if (preset === undefined) {
    throw wrong(`There is no target “${name}”.`, `There are: ${all.map((profile) => profile.name).join(', ')}.`)
  }
  return settings.reduce((profile, setting) => change(profile, setting), preset)
}

function change(profile: CpuProfile, setting: string): CpuProfile {
  const [, key = '', value = ''] = /^(\w+)=(.+)$/.exec(setting) ?? []
  const number = Number(value)
  const isCount = Number.isSafeInteger(number) && number >= 1 && number <= 4096
  switch (key) {
    case 'threads':
    case 'batch':
      if (isCount) return { ...profile, [key]: number }
      break
    case 'cpus':
      if (number >= 0.01 && number <= 4096) return { ...profile, cpus: number }
      break
    case 'memory': {
      const memoryBytes = parseSize(value)
      if (memoryBytes !== undefined) return { ...profile, memoryBytes }
      break
    }
    case 'p50':
    case 'p95':
    case 'p99': {
      const goal = parseGoal(`${key}<=${value}`)
      return { ...profile, goals: [...profile.goals.filter(({ measure }) => measure !== key), goal] }
    }
  }
  throw wrong(
    `“${setting}” is no setting of a target.`,
    'Settings are threads=2, cpus=1.5, memory=1GiB, batch=8, p99=20ms.',
  )
}

function wrong(message: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, { hint })
}

export function limitsOf({ cpus: cores, memoryBytes }: CpuProfile): ProcessLimits {
  return {
    ...(cores === undefined ? {} : { cpus: cores }),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  }
}

/** The processor that figures were measured on. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  /** Undefined where the system does not tell. */
  readonly instructions: InstructionSet | undefined
}

export async function describeMachine(): Promise<Machine> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    instructions: readInstructions(text),
  }
}

/** @param cpuinfo as Linux has it in /proc/cpuinfo */
export function readInstructions(cpuinfo: string): InstructionSet | undefined {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/))
  if (flags.size === 0) return undefined
  if (flags.has('avx512_vnni') || flags.has('avx_vnni')) return 'vnni'
  if (flags.has('avx512f')) return 'avx512'
  return flags.has('avx2') ? 'avx2' : 'none'
}

/**
 * In which ways this machine is not the target, so that its figures are its own.
 *
 * @param notLimited why a process was not held to the target's limits
 */
export function tellDifferences(
  profile: CpuProfile,
  machine: Machine,
  notLimited: string | undefined,
): readonly string[] {
  const { threads, cpus: cores = 0, memoryBytes, instructions } = profile
  const limits = [
    ...(profile.cpus === undefined ? [] : [`${profile.cpus} cores`]),
    ...(memoryBytes === undefined ? [] : [formatSize(memoryBytes)]),
  ].join(' and ')
  const needed = Math.max(threads, cores)
  return [
    ...(notLimited === undefined ? [] : [`Not held to ${limits}, so the figures are this machine’s. ${notLimited}`]),
    ...(needed > machine.cores
      ? [`The target has ${needed} cores and this machine ${machine.cores}, so it may be faster there.`]
      : []),
    ...(instructions !== undefined && machine.instructions !== undefined && instructions !== machine.instructions
      ? [
          `The target’s processor has ${nameInstructions(instructions)} and this one ${nameInstructions(machine.instructions)}, so models of 8-bit integers run ${isBetter(machine.instructions, instructions) ? 'slower' : 'faster'} there.`,
        ]
      : []),
  ]
}

function nameInstructions(set: InstructionSet): string {
  return { none: 'no AVX2', avx2: 'AVX2', avx512: 'AVX-512', vnni: 'VNNI' }[set]
}

function isBetter(set: InstructionSet, other: InstructionSet): boolean {
  return instructionSets.indexOf(set) > instructionSets.indexOf(other)
}
