import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { DeviceReading, DeviceSource, GpuDevice } from './device.ts'
import type { RunTool } from './run-tool.ts'

const args = ['--showuniqueid', '--showproductname', '--showuse', '--showmeminfo', 'vram', '--showtemp', '--showpower']

/**
 * GPUs of AMD, by `rocm-smi`. Which process is on which GPU it does not tell: the column `GPU(s)` of `--showpids` is a
 * number of GPUs (ROCm/rocm_smi_lib issue 166).
 */
export function createRocmSource(run: RunTool): DeviceSource {
  return {
    async read() {
      const output = await run('rocm-smi', [...args, '--json'])
      if (output === undefined) return undefined
      const reading = parseRocm(output.stdout)
      const isSilent = reading.devices.length === 0 && output.exitCode !== 0
      return isSilent ? { devices: [], problems: [output.stderr.trim() || output.stdout.trim()] } : reading
    },
  }
}

/** The output of `rocm-smi … --json`, before which it may print warnings. Its keys change from release to release. */
export function parseRocm(stdout: string): DeviceReading {
  const cards = parseForeignJson(stdout.slice(Math.max(0, stdout.indexOf('{'))))
  if (!isRecord(cards)) return { devices: [], problems: [] }
  const devices = Object.entries(cards).flatMap(([key, card]) =>
    /^card\d+$/.test(key) && isRecord(card) ? [toDevice(key, card)] : [],
  )
  return { devices, problems: [] }
}

function toDevice(key: string, card: Readonly<Record<string, unknown>>): GpuDevice {
  const values = new Map(Object.entries(card).map(([key, value]) => [key.toLowerCase(), String(value)]))
  const first = (...names: readonly string[]) =>
    names.map((name) => values.get(name)).find((value) => value !== undefined && value !== 'N/A')
  const uniqueId = /^0x([0-9a-f]+)$/i.exec(first('unique id') ?? '')?.[1]
  return {
    // As the runtime wants it in ROCR_VISIBLE_DEVICES; the position of the card will do where it has no id.
    uuid: uniqueId === undefined ? key.slice('card'.length) : `GPU-${uniqueId.toLowerCase()}`,
    name: first('card series', 'device name', 'card model') ?? 'AMD GPU',
    vendor: 'amd',
    isMemoryUnified: false,
    ...optional('memoryTotalBytes', first('vram total memory (b)')),
    ...optional('memoryUsedBytes', first('vram total used memory (b)')),
    ...optional('utilizationPercent', first('gpu use (%)')),
    ...optional('temperatureCelsius', first('temperature (sensor junction) (c)', 'temperature (sensor edge) (c)')),
    ...optional('powerWatts', first('average graphics package power (w)', 'current socket graphics package power (w)')),
  }
}

function optional<K extends string>(key: K, text: string | undefined): { readonly [key in K]?: number } {
  // SAFETY: an object with one key of K is what the type says; TypeScript widens computed keys to string.
  return /^\d+(\.\d+)?$/.test(text ?? '') ? ({ [key]: Number(text) } as { [key in K]?: number }) : {}
}
