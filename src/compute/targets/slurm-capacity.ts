import type { TargetCapacity } from '../target.ts'

/** What one partition has on one kind of its nodes. */
export interface PartitionPart {
  readonly partition: string
  /** Whether jobs go there that name no partition. */
  readonly isDefault: boolean
  readonly isUp: boolean
  /** Seconds; absent where it is not limited. */
  readonly timeLimitSeconds?: number
  readonly nodes: number
  /** Most nodes of one job; absent where it is not limited. */
  readonly maxNodes?: number
  /** Of each node. */
  readonly cpus: number
  readonly memoryBytes: number
  readonly gpus: number
}

/** One question: a line for each kind of node of each partition, and Slurm's settings, as `KillWait = 30 sec`. */
export const capacityCommand: readonly string[] = [
  'sh',
  '-c',
  "sinfo -h -o '%a|%l|%D|%s|%c|%m|%G|%P' && { scontrol show config || :; }",
]

/** Seconds from SIGTERM to SIGKILL when Slurm ends a job by itself. */
export function parseKillWait(text: string): number | undefined {
  const found = /^KillWait\s*=\s*(\d+)/m.exec(text)
  return found === null ? undefined : Number(found[1])
}

/** Reads what `capacityCommand` writes of nodes and partitions. */
export function parsePartitions(text: string): PartitionPart[] {
  return text.split('\n').flatMap((line) => {
    const [state = '', limit = '', nodes = '', size = '', cpus = '', megabytes = '', gres = '', ...name] =
      line.split('|')
    if (name.length === 0 || !/^(up|down|drain|inact)$/.test(state)) return []
    const marked = name.join('|')
    const timeLimitSeconds = parseDuration(limit)
    const maxNodes = parseMaxNodes(size)
    return [
      {
        partition: marked.replace(/\*$/, ''),
        isDefault: marked.endsWith('*'),
        isUp: state === 'up',
        ...(timeLimitSeconds === undefined ? {} : { timeLimitSeconds }),
        nodes: parseCount(nodes),
        ...(maxNodes === undefined ? {} : { maxNodes }),
        cpus: parseCount(cpus),
        memoryBytes: parseCount(megabytes) * 1024 ** 2,
        gpus: countGpus(gres),
      },
    ]
  })
}

/** All that one job could ever get; the nodes of overlapping partitions count once, as far as that can be seen. */
export function sumCapacity(parts: readonly PartitionPart[]): TargetCapacity {
  const names = [...new Set(parts.map(({ partition }) => partition))]
  const totals = names.map((name) => {
    const own = parts.filter(({ partition, isUp }) => partition === name && isUp)
    const sum = (of: (part: PartitionPart) => number) => own.reduce((all, part) => all + part.nodes * of(part), 0)
    return {
      cpus: sum(({ cpus }) => cpus),
      memory: sum(({ memoryBytes }) => memoryBytes),
      gpus: sum(({ gpus }) => gpus),
    }
  })
  // Partitions usually share their nodes, so the largest says more than the sum.
  return {
    cpus: Math.max(0, ...totals.map(({ cpus }) => cpus)),
    memoryBytes: Math.max(0, ...totals.map(({ memory }) => memory)),
    gpus: Math.max(0, ...totals.map(({ gpus }) => gpus)),
    parts: names,
  }
}

/** `1-12:30:00`, `12:30:00`, `30:00`; undefined for `infinite`. */
export function parseDuration(text: string): number | undefined {
  const found = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text)
  if (found === null) return undefined
  const [days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0))
  return (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)
}

/** `1-infinite`, `1-4`, `1`: least and most, or both in one. */
function parseMaxNodes(text: string): number | undefined {
  const last = text.split('-').at(-1) ?? ''
  return /^\d+$/.test(last) ? Number(last) : undefined
}

/** `gpu:a100:4(S:0-1),gpu:2,lustre:1` has six. */
function countGpus(gres: string): number {
  return gres
    .replaceAll(/\([^)]*\)/g, '')
    .split(',')
    .filter((word) => /^gpu(:|$)/.test(word))
    .reduce((all, word) => all + parseCount(word.split(':').at(-1) ?? ''), 0)
}

/** `32`, and `32+` where nodes differ. */
function parseCount(text: string): number {
  const count = Number.parseInt(text, 10)
  return Number.isNaN(count) ? 0 : count
}
