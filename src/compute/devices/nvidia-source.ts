import type { DeviceReading, DeviceSource, GpuDevice } from './device.ts'
import { parseMigList, toMigDevices } from './parse-mig.ts'
import { gpuColumns, parseNvidiaDevices, parseNvidiaProcesses, processColumns } from './parse-nvidia.ts'
import type { RunTool } from './run-tool.ts'

const format = '--format=csv,noheader,nounits'

/** GPUs of NVIDIA, by `nvidia-smi`; one that is split up counts as its instances. */
export function createNvidiaSource(run: RunTool): DeviceSource {
  const ask = async (...args: readonly string[]) => run('nvidia-smi', args)
  return {
    async read() {
      const gpus = await ask(`--query-gpu=${gpuColumns.join(',')}`, format)
      if (gpus === undefined) return undefined
      const { devices, problems } = parseNvidiaDevices(`${gpus.stdout}\n${gpus.stderr}`)
      if (devices.length === 0) return { devices, problems: problems.filter((line) => !isAbsence(line)) }
      const processes = await ask(`--query-compute-apps=${processColumns.join(',')}`, format)
      const byGpu = parseNvidiaProcesses(processes?.stdout ?? '')
      const whole = devices.map((device) => ({
        ...device,
        ...(processes?.exitCode === 0 ? { processes: byGpu.get(device.uuid) ?? [] } : {}),
      }))
      return { devices: await splitUp(whole, ask), problems }
    },
  }
}

/** A machine with the tool and without a GPU is no problem. */
function isAbsence(line: string): boolean {
  return line.startsWith('No devices were found')
}

type Ask = (...args: readonly string[]) => ReturnType<RunTool>

/** A GPU that is split up tells no utilization, so the others cost no further question. */
async function splitUp(devices: readonly GpuDevice[], ask: Ask): Promise<DeviceReading['devices']> {
  if (devices.every(({ utilizationPercent }) => utilizationPercent !== undefined)) return devices
  const instances = parseMigList((await ask('-L'))?.stdout ?? '')
  if (instances.length === 0) return devices
  const xml = (await ask('-q', '-x'))?.stdout ?? ''
  return devices.flatMap((device) => {
    const own = instances.filter(({ gpuUuid }) => gpuUuid === device.uuid)
    return own.length === 0 ? [device] : toMigDevices(device, own, xml)
  })
}
