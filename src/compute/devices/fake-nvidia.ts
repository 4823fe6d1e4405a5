import { RunwrightError } from '../../protocol/errors.ts'
import { gpuColumns } from './parse-nvidia.ts'
import type { RunTool } from './run-tool.ts'

/** A GPU that is pretended. */
export interface FakeGpu {
  readonly uuid: string
  readonly memoryMebibytes: number
  /** What a program of someone else holds of it; 0 when there is none. */
  readonly foreignMebibytes: number
}

/** What a job holds of the pretended GPUs. */
export interface FakeUse {
  readonly gpus: readonly string[]
  /** On each of them; undefined when it has them alone. */
  readonly gpuMemoryBytes?: number
  /** A process that is shown on them. */
  readonly pid?: number
}

/**
 * Pretended GPUs, as `8x24G,2x80G+10G`: eight of 24 GiB, and two of 80 GiB on each of which someone else's program uses
 * 10 GiB.
 *
 * @throws INVALID_PARAMETER_VALUE
 */
export function parseFakeGpus(text: string): readonly FakeGpu[] {
  const groups = text.split(',').map((group) => /^\s*(?:(\d+)x)?(\d+)G(?:\+(\d+)G)?\s*$/.exec(group))
  const gpus = groups.flatMap((group) => {
    if (group === null) throw refuse(text)
    const [, count = '1', size = '', foreign = '0'] = group
    if (Number(count) > 64) throw refuse(text)
    return Array.from({ length: Number(count) }, () => [Number(size) * 1024, Number(foreign) * 1024] as const)
  })
  return gpus.map(([memoryMebibytes, foreignMebibytes], index) => ({
    uuid: `GPU-fa4e0000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    memoryMebibytes,
    foreignMebibytes,
  }))
}

function refuse(text: string): RunwrightError {
  const message = `'${text}' names no pretended GPUs. Write them as 8x24G,2x80G: at most 64 of a kind, sizes in GiB.`
  return new RunwrightError('INVALID_PARAMETER_VALUE', message)
}

/** Belongs to no process: larger than Linux gives out. */
const foreignPid = 4_194_305

/**
 * Answers as `nvidia-smi` would, so that pretended GPUs go through the same code as real ones. Their memory follows the
 * leases, and so does their utilization: 95 % under a job that has one alone, 30 % for each that shares it.
 */
export function fakeNvidiaSmi(gpus: readonly FakeGpu[], uses: () => readonly FakeUse[]): RunTool {
  const answer = (lines: readonly string[]) => ({ stdout: `${lines.join('\n')}\n`, stderr: '', exitCode: 0 })
  return (program, [query = '']) => {
    if (program !== 'nvidia-smi') return Promise.resolve(undefined)
    const all = gpus.map((gpu) => ({ gpu, uses: uses().filter((use) => use.gpus.includes(gpu.uuid)) }))
    if (query.startsWith('--query-gpu=')) return Promise.resolve(answer(all.map(toGpuLine)))
    if (query.startsWith('--query-compute-apps=')) return Promise.resolve(answer(all.flatMap(toProcessLines)))
    return Promise.resolve({ stdout: '', stderr: `Invalid option: ${query}`, exitCode: 2 })
  }
}

interface Used {
  readonly gpu: FakeGpu
  readonly uses: readonly FakeUse[]
}

function toGpuLine({ gpu, uses }: Used): string {
  const { uuid, memoryMebibytes, foreignMebibytes } = gpu
  const used = uses.reduce((sum, use) => sum + shareOf(use, gpu), foreignMebibytes)
  const load = uses.reduce(
    (sum, use) => sum + (use.gpuMemoryBytes === undefined ? 95 : 30),
    foreignMebibytes > 0 ? 30 : 0,
  )
  const utilization = Math.min(100, load)
  const cells: Readonly<Record<(typeof gpuColumns)[number], string | number>> = {
    uuid,
    name: `Pretended GPU ${memoryMebibytes / 1024}GB`,
    'memory.total': memoryMebibytes,
    'memory.used': Math.min(memoryMebibytes, used),
    'utilization.gpu': utilization,
    'temperature.gpu': 30 + Math.round(utilization * 0.4),
    'power.draw': (50 + utilization * 2.5).toFixed(2),
    'power.limit': '300.00',
  }
  return gpuColumns.map((column) => cells[column]).join(', ')
}

function toProcessLines({ gpu, uses }: Used): readonly string[] {
  const own = uses.flatMap((use) => (use.pid === undefined ? [] : [`${gpu.uuid}, ${use.pid}, ${shareOf(use, gpu)}`]))
  return gpu.foreignMebibytes === 0 ? own : [...own, `${gpu.uuid}, ${foreignPid}, ${gpu.foreignMebibytes}`]
}

/** In MiB. */
function shareOf({ gpuMemoryBytes }: FakeUse, { memoryMebibytes }: FakeGpu): number {
  return gpuMemoryBytes === undefined ? Math.round(memoryMebibytes * 0.9) : Math.round(gpuMemoryBytes / 2 ** 20)
}
