import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseNvidiaDevices, parseNvidiaProcesses } from './parse-nvidia.ts'

const mib = 2 ** 20

describe('GPUs of NVIDIA', () => {
  it('are read with all that a data centre’s card tells', () => {
    // Two of four H100: UUIDs, memory and utilization as recorded; the other columns filled in.
    const recorded = `GPU-e82ab913-2d6b-1a55-89a8-9ad23a5a09cf, NVIDIA H100 80GB HBM3, 81559, 77537, 75, 51, 402.71, 700.00
GPU-4eac38f2-1a70-662a-f6f4-9b62d1778ef4, NVIDIA H100 80GB HBM3, 81559, 5, 0, 29, 71.02, 700.00
`
    const { devices, problems } = parseNvidiaDevices(recorded)
    assert.deepEqual(problems, [])
    assert.equal(devices.length, 2)
    assert.deepEqual(devices[0], {
      uuid: 'GPU-e82ab913-2d6b-1a55-89a8-9ad23a5a09cf',
      name: 'NVIDIA H100 80GB HBM3',
      vendor: 'nvidia',
      isMemoryUnified: false,
      memoryTotalBytes: 81559 * mib,
      memoryUsedBytes: 77537 * mib,
      utilizationPercent: 75,
      temperatureCelsius: 51,
      powerWatts: 402.71,
      powerLimitWatts: 700,
    })
  })

  it('leave out what an old or a small card does not support', () => {
    // A GeForce RTX 2080 under driver 440 after Ricks-Lab/gpu-utils issue 83, and an older card of a notebook.
    const { devices } =
      parseNvidiaDevices(`GPU-22b2c6ac-2d49-4863-197c-9c469071178a, GeForce RTX 2080, 7979, 1371, 86, 45, 176.98, 200.00
GPU-e18afb8d-1627-f8ff-2ba3-c05c5a8e9e67, GeForce GT 620M, 964, 12, [Not Supported], 48, [Not Supported], [Not Supported]`)
    assert.equal(devices[0]?.powerWatts, 176.98)
    assert.deepEqual(Object.keys(devices[1] ?? {}).toSorted(), [
      'isMemoryUnified',
      'memoryTotalBytes',
      'memoryUsedBytes',
      'name',
      'temperatureCelsius',
      'uuid',
      'vendor',
    ])
  })

  it('tell no memory where the chip shares the machine’s (after a DGX Spark, driver 580)', () => {
    const line = 'GPU-5a0d4b5e-8c57-3a3a-8f64-a3c6a8f5b001, NVIDIA GB10, [N/A], [N/A], 0, 52, 10.80, [N/A]'
    const [spark] = parseNvidiaDevices(line).devices
    assert.deepEqual([spark?.isMemoryUnified, spark?.memoryTotalBytes], [true, undefined])
  })

  it('tell no memory either where one has not the right to ask (after a split up A100 in a container, StableSwarmUI issue 388)', () => {
    const line =
      'GPU-7fdaf0a5-179b-f636-d15d-daf243e3ff16, NVIDIA A100-SXM4-80GB, [Insufficient Permissions], [Insufficient Permissions], [N/A], 47, 66.10, 400.00'
    const [device] = parseNvidiaDevices(line).devices
    assert.deepEqual(
      [device?.isMemoryUnified, device?.memoryTotalBytes, device?.utilizationPercent],
      [false, undefined, undefined],
    )
  })

  it('that were lost are no GPUs any more, and named', () => {
    const lost = Array.from({ length: 6 }, () => '[GPU is lost]').join(', ')
    const { devices, problems } = parseNvidiaDevices(
      `GPU-0a1e2e46-8a0f-5a21-9cc5-6f0d6a0b1c01, NVIDIA GeForce RTX 3090, ${lost}
GPU-0a1e2e46-8a0f-5a21-9cc5-6f0d6a0b1c02, NVIDIA GeForce RTX 3090, [Unknown Error], [Unknown Error], 0, 30, 20.00, 350.00
GPU-0a1e2e46-8a0f-5a21-9cc5-6f0d6a0b1c03, NVIDIA GeForce RTX 3090, 24576, 1, 0, 30, 20.00, 350.00`,
    )
    assert.deepEqual(
      devices.map(({ uuid }) => uuid.at(-1)),
      ['3'],
    )
    assert.deepEqual(problems, [
      'NVIDIA GeForce RTX 3090 (GPU-0a1e2e46-8a0f-5a21-9cc5-6f0d6a0b1c01): [GPU is lost]',
      'NVIDIA GeForce RTX 3090 (GPU-0a1e2e46-8a0f-5a21-9cc5-6f0d6a0b1c02): [Unknown Error]',
    ])
  })

  for (const complaint of [
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
    'Failed to initialize NVML: Driver/library version mismatch',
    'Unable to determine the device handle for GPU0000:CB:00.0: Unknown Error',
    'No devices were found',
  ]) {
    it(`are none, with a problem, in “${complaint.slice(0, 50)}…”`, () => {
      assert.deepEqual(parseNvidiaDevices(`${complaint}\n\n`), { devices: [], problems: [complaint] })
    })
  }
})

describe('processes on GPUs', () => {
  it('are listed by GPU, one that is on two on both', () => {
    // A machine of four H100, as recorded.
    const recorded = `GPU-e82ab913-2d6b-1a55-89a8-9ad23a5a09cf, 2069192, 77002
GPU-e82ab913-2d6b-1a55-89a8-9ad23a5a09cf, 2680904, 518
GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059, 2198486, 74278
GPU-cfd9ce0a-b7af-895a-f54c-4f175b610977, 2680904, 518
`
    assert.deepEqual(Object.fromEntries(parseNvidiaProcesses(recorded)), {
      'GPU-e82ab913-2d6b-1a55-89a8-9ad23a5a09cf': [
        { pid: 2069192, memoryBytes: 77002 * mib },
        { pid: 2680904, memoryBytes: 518 * mib },
      ],
      'GPU-f7c1496c-b7f5-b1d2-78ea-68826f778059': [{ pid: 2198486, memoryBytes: 74278 * mib }],
      'GPU-cfd9ce0a-b7af-895a-f54c-4f175b610977': [{ pid: 2680904, memoryBytes: 518 * mib }],
    })
  })

  it('keep their place where the driver tells no memory, as on Windows and under WSL', () => {
    const byGpu = parseNvidiaProcesses('GPU-1b724e78-eef5-4163-d43c-e4da15d41176, 524, [N/A]\n')
    assert.deepEqual(byGpu.get('GPU-1b724e78-eef5-4163-d43c-e4da15d41176'), [{ pid: 524 }])
  })

  it('are none in a text without any', () => {
    assert.equal(parseNvidiaProcesses('No running processes found\n').size, 0)
    assert.equal(parseNvidiaProcesses('').size, 0)
  })
})
