import assert from 'node:assert/strict'
import { it } from 'node:test'
import { toSystemMetrics } from './system-metrics.ts'

const device = { uuid: 'GPU-1', name: 'A', vendor: 'nvidia', isMemoryUnified: false } as const

it('what a GPU does is logged as MLflow logs it', () => {
  const busy = {
    ...device,
    memoryTotalBytes: 81559 * 2 ** 20,
    memoryUsedBytes: 77537 * 2 ** 20,
    utilizationPercent: 75,
    powerWatts: 402.71,
    powerLimitWatts: 700,
  }
  const at = { step: 3, timestamp: 1_000_035_000 }
  assert.deepEqual(toSystemMetrics([undefined, busy], { timestamp: at.timestamp, startedAt: 1_000_000_000 }), [
    { key: 'system/gpu_1_memory_usage_percentage', value: 95.1, ...at },
    { key: 'system/gpu_1_memory_usage_megabytes', value: 81303.4, ...at },
    { key: 'system/gpu_1_utilization_percentage', value: 75, ...at },
    { key: 'system/gpu_1_power_usage_watts', value: 402.7, ...at },
    { key: 'system/gpu_1_power_usage_percentage', value: 57.5, ...at },
  ])
})

it('what a GPU does not tell is not logged', () => {
  assert.deepEqual(toSystemMetrics([device], { timestamp: 5, startedAt: 9 }), [])
  const [metric] = toSystemMetrics([{ ...device, utilizationPercent: 0 }], { timestamp: 5, startedAt: 9 })
  assert.deepEqual(metric, { key: 'system/gpu_0_utilization_percentage', value: 0, step: 0, timestamp: 5 })
})
