import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { DeviceReading, DeviceSource } from './device.ts'
import type { RunTool } from './run-tool.ts'

/** The GPU of an Apple chip, by `system_profiler` and, for what it does now, `ioreg`. Neither tells who uses it. */
export function createAppleSource(run: RunTool): DeviceSource {
  let known: DeviceReading | undefined
  return {
    async read() {
      // The profiler takes a second, and a chip does not change.
      known ??= await readChip(run)
      if (known === undefined || known.devices.length === 0) return known
      const registry = await run('ioreg', ['-r', '-d', '1', '-w', '0', '-c', 'IOAccelerator'])
      const state = parseAccelerator(registry?.stdout ?? '')
      return { ...known, devices: known.devices.map((device) => ({ ...device, ...state })) }
    },
  }
}

async function readChip(run: RunTool): Promise<DeviceReading | undefined> {
  const output = await run('system_profiler', ['SPDisplaysDataType', '-json'])
  return output && { devices: parseAppleChip(output.stdout), problems: [] }
}

/** The output of `system_profiler SPDisplaysDataType -json`; GPUs of others, as Intel Macs have, are left out. */
export function parseAppleChip(json: string): DeviceReading['devices'] {
  const report = parseForeignJson(json)
  const list = isRecord(report) ? report['SPDisplaysDataType'] : undefined
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    if (!isRecord(entry) || entry['spdisplays_vendor'] !== 'sppci_vendor_Apple') return []
    const [name, cores] = [entry['sppci_model'], entry['sppci_cores']]
    return [
      {
        uuid: 'apple-gpu',
        name: `${typeof name === 'string' ? name : 'Apple GPU'}${typeof cores === 'string' ? `, ${cores} cores` : ''}`,
        vendor: 'apple' as const,
        isMemoryUnified: true,
      },
    ]
  })
}

/** What the accelerator's `PerformanceStatistics` in the output of `ioreg` say. */
export function parseAccelerator(text: string): {
  readonly utilizationPercent?: number
  readonly memoryUsedBytes?: number
} {
  const utilization = /"Device Utilization %"=(\d+)/.exec(text)?.[1]
  const memory = /"In use system memory"=(\d+)/.exec(text)?.[1]
  return {
    ...(utilization === undefined ? {} : { utilizationPercent: Number(utilization) }),
    ...(memory === undefined ? {} : { memoryUsedBytes: Number(memory) }),
  }
}
