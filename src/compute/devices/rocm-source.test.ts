import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRocmSource, parseRocm } from './rocm-source.ts'

describe('GPUs of AMD', () => {
  it('are read from what rocm-smi says (Radeon RX 7900 XT, marimo issue 9237)', () => {
    const recorded = `{
  "card0": {
    "GPU use (%)": "0",
    "VRAM Total Memory (B)": "21458059264",
    "VRAM Total Used Memory (B)": "27856896",
    "Card Series": "Radeon RX 7900 XT",
    "Card Model": "0x744c",
    "Card Vendor": "Advanced Micro Devices, Inc. [AMD/ATI]",
    "Card SKU": "D70401XT",
    "Subsystem ID": "0x471e",
    "Device Rev": "0xcc",
    "Node ID": "1",
    "GUID": "26967",
    "GFX Version": "gfx1100"
  }
}`
    assert.deepEqual(parseRocm(recorded).devices, [
      {
        uuid: '0',
        name: 'Radeon RX 7900 XT',
        vendor: 'amd',
        isMemoryUnified: false,
        memoryTotalBytes: 21458059264,
        memoryUsedBytes: 27856896,
        utilizationPercent: 0,
      },
    ])
  })

  it('are read under the names of other releases too (Radeon 780M, systeminformation pull request 960)', () => {
    const recorded = `WARNING: AMD GPU device(s) is/are in a low-power state. Check power control/runtime_status

{"card0": {"Device Name": "Phoenix3", "Device ID": "0x1900", "GUID": "45560", "Unique ID": "N/A",
 "Temperature (Sensor edge) (C)": "31.0", "Current Socket Graphics Package Power (W)": "7.222", "GPU use (%)": "19",
 "GPU Memory Allocated (VRAM%)": "87", "Memory Activity": "N/A"},
 "card1": {"Card series": "AMD INSTINCT MI200", "Unique ID": "0x29C9A1F7B5E0DD41"},
 "system": {"Driver version": "6.2.4"}}`
    const { devices } = parseRocm(recorded)
    assert.deepEqual(
      devices.map(({ uuid, name }) => [uuid, name]),
      [
        ['0', 'Phoenix3'],
        ['GPU-29c9a1f7b5e0dd41', 'AMD INSTINCT MI200'],
      ],
    )
    assert.deepEqual(
      [devices[0]?.temperatureCelsius, devices[0]?.powerWatts, devices[0]?.utilizationPercent],
      [31, 7.222, 19],
    )
  })

  it('are none, with a problem, where the driver does not answer', async () => {
    const stderr = 'ERROR:root:Driver not initialized (amdgpu not found in modules)'
    const source = createRocmSource(() => Promise.resolve({ stdout: '', stderr: `${stderr}\n`, exitCode: 1 }))
    assert.deepEqual(await source.read(), { devices: [], problems: [stderr] })
    assert.equal(await createRocmSource(() => Promise.resolve(undefined)).read(), undefined)
  })
})
