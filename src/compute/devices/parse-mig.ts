import type { GpuDevice, GpuProcess } from './device.ts'

const [mebibyte, gibibyte] = [2 ** 20, 2 ** 30]

/** One part of a GPU that was split up (Multi-Instance GPU), as `nvidia-smi -L` lists it. */
export interface MigInstance {
  readonly gpuUuid: string
  readonly uuid: string
  /** As `1g.10gb`. */
  readonly profile: string
  /** Among the instances of its GPU. */
  readonly index: number
}

/** The instances in the output of `nvidia-smi -L`; none where no GPU is split up. */
export function parseMigList(text: string): readonly MigInstance[] {
  const instances: MigInstance[] = []
  let gpuUuid = ''
  for (const line of text.split('\n')) {
    gpuUuid = /^GPU .*\(UUID: (GPU-[^)]+)\)/.exec(line)?.[1] ?? gpuUuid
    const [, profile, index, uuid] = /^\s+MIG\s+(\S+)\s+Device\s+(\d+):\s+\(UUID: (MIG-[^)]+)\)/.exec(line) ?? []
    if (profile === undefined || uuid === undefined) continue
    instances.push({ gpuUuid, uuid, profile, index: Number(index) })
  }
  return instances
}

/** What `nvidia-smi -q -x` says of one instance; its UUID it does not tell. */
interface MigState {
  readonly memoryTotalBytes?: number
  readonly memoryUsedBytes?: number
  readonly processes: readonly GpuProcess[]
}

/**
 * The devices of a GPU with its instances in its place. Only `nvidia-smi -q -x` knows their memory and processes: a
 * query by columns answers for the whole GPU, and there with `[N/A]`.
 *
 * @param xml the output of `nvidia-smi -q -x`; where it says nothing of an instance its profile tells the memory
 */
export function toMigDevices(parent: GpuDevice, instances: readonly MigInstance[], xml: string): readonly GpuDevice[] {
  const states = parseStates(xml, parent.uuid)
  return instances.map(({ uuid, profile, index }) => {
    const nominal = /(\d+)gb/.exec(profile)?.[1]
    return {
      uuid,
      name: `${parent.name} MIG ${profile}`,
      vendor: 'nvidia',
      isMemoryUnified: false,
      ...(nominal === undefined ? {} : { memoryTotalBytes: Number(nominal) * gibibyte }),
      ...(parent.temperatureCelsius === undefined ? {} : { temperatureCelsius: parent.temperatureCelsius }),
      ...states.get(index),
    }
  })
}

/** By the index of the instance. The format has no nesting that patterns could not follow. */
function parseStates(xml: string, gpuUuid: string): ReadonlyMap<number, MigState> {
  const gpu = xml
    .split(/<gpu id=/)
    .find((part) => textOf(part.replaceAll(/<uuid>MIG-[^<]*<\/uuid>/g, ''), 'uuid') === gpuUuid)
  const processes = blocksOf(gpu ?? '', 'process_info')
  return new Map(
    blocksOf(gpu ?? '', 'mig_device').map((device) => {
      const memory = blocksOf(device, 'fb_memory_usage')[0] ?? ''
      const place = placeOf(device)
      return [
        Number(textOf(device, 'index')),
        {
          ...optionalMebibytes('memoryTotalBytes', textOf(memory, 'total')),
          ...optionalMebibytes('memoryUsedBytes', textOf(memory, 'used')),
          processes: processes.filter((process) => placeOf(process) === place).map(toProcess),
        },
      ]
    }),
  )
}

/** GPU instance and compute instance: what the processes and the instances of a GPU have in common. */
function placeOf(xml: string): string {
  return `${textOf(xml, 'gpu_instance_id')} ${textOf(xml, 'compute_instance_id')}`
}

function toProcess(xml: string): GpuProcess {
  return { pid: Number(textOf(xml, 'pid')), ...optionalMebibytes('memoryBytes', textOf(xml, 'used_memory')) }
}

function blocksOf(xml: string, tag: string): readonly string[] {
  return xml
    .split(`<${tag}>`)
    .slice(1)
    .map((part) => part.slice(0, Math.max(0, part.indexOf(`</${tag}>`))))
}

function textOf(xml: string, tag: string): string | undefined {
  return blocksOf(xml, tag)[0]?.trim()
}

function optionalMebibytes<K extends string>(key: K, text: string | undefined): { readonly [key in K]?: number } {
  const number = /^(\d+) MiB$/.exec(text ?? '')?.[1]
  // SAFETY: an object with one key of K is what the type says; TypeScript widens computed keys to string.
  return number === undefined ? {} : ({ [key]: Number(number) * mebibyte } as { [key in K]?: number })
}
