import { createAppleSource } from './apple-source.ts'
import type { DeviceReading, DeviceSource } from './device.ts'
import { createNvidiaSource } from './nvidia-source.ts'
import { createRocmSource } from './rocm-source.ts'
import type { RunTool } from './run-tool.ts'

/** All GPUs of this machine, of whatever kind. A tool that is not installed is not asked for again. */
export function createDeviceSource(run: RunTool, platform: NodeJS.Platform): DeviceSource {
  const kinds = platform === 'darwin' ? [createAppleSource] : [createNvidiaSource, createRocmSource]
  let sources = kinds.map((create) => create(run))
  return {
    async read() {
      const readings: DeviceReading[] = []
      const installed: DeviceSource[] = []
      for (const source of sources) {
        const reading = await source.read()
        if (reading === undefined) continue
        installed.push(source)
        readings.push(reading)
      }
      sources = installed
      return {
        devices: readings.flatMap(({ devices }) => devices),
        problems: readings.flatMap(({ problems }) => problems),
      }
    },
  }
}
