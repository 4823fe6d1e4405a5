import type { ComputeDevice, DeviceUser } from '../../protocol/devices.ts'
import type { TargetDescription } from '../../protocol/jobs.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { localize } from '../localize.ts'
import { escapeMarkdown } from '../tree/escape-markdown.ts'
import type { Presentation } from '../tree/presentation.ts'
import type { ComputeElement, DeviceElement, TargetElement } from './element.ts'
import { presentTrouble } from './job-presentation.ts'

export function presentCompute(element: ComputeElement): Presentation {
  switch (element.kind) {
    case 'target':
      return presentTarget(element)
    case 'device':
      return presentDevice(element)
    case 'trouble':
      return presentTrouble(element)
  }
}

function presentTarget({ target, devices, problems, folder }: TargetElement): Presentation {
  const { name, kind, trouble } = target
  const facts = [...describeLoad(target, devices), folder].filter((fact) => fact !== undefined)
  const icon =
    trouble === undefined
      ? { name: kind === 'local' ? 'vm' : 'server' }
      : { name: 'warning', color: 'list.warningForeground' }
  const tooltip = [
    `**${escapeMarkdown(name)}** (${escapeMarkdown(kind)})`,
    ...[describeCapacity(target), ...facts, ...problems].map(escapeMarkdown),
  ]
  return {
    label: name,
    description: facts.join(' · '),
    tooltip: tooltip.filter((line) => line !== '').join('\n\n'),
    icon,
    collapsible: devices.length > 0 || problems.length > 0 ? 'expanded' : 'none',
    context: `target ${kind}`,
    spoken: [localize('Target {name}', { name }), ...facts].join(', '),
  }
}

/** What is free and what goes on, or why it cannot be used. */
export function describeLoad(target: TargetDescription, devices: readonly ComputeDevice[]): readonly string[] {
  const { trouble, gpus, cpus, runningCount, queuedCount } = target
  if (trouble !== undefined) return [trouble]
  const free = devices.filter(({ state }) => state === 'free').length
  const having =
    devices.length > 0
      ? localize('{free} of {total, plural, one {# GPU} other {# GPUs}} free', { free, total: devices.length })
      : gpus !== undefined && gpus > 0
        ? localize('{count, plural, one {# GPU} other {# GPUs}}', { count: gpus })
        : cpus === undefined
          ? undefined
          : localize('{count, plural, one {# CPU} other {# CPUs}}', { count: cpus })
  return [
    ...(having === undefined ? [] : [having]),
    ...(runningCount > 0 ? [localize('{count} running', { count: runningCount })] : []),
    ...(queuedCount > 0 ? [localize('{count} waiting', { count: queuedCount })] : []),
  ]
}

function describeCapacity({ cpus, memoryBytes, parts = [] }: TargetDescription): string {
  return [
    cpus === undefined ? '' : localize('{count, plural, one {# CPU} other {# CPUs}}', { count: cpus }),
    memoryBytes === undefined ? '' : localize('{size} of memory', { size: formatSize(memoryBytes) }),
    parts.join(', '),
  ]
    .filter((part) => part !== '')
    .join(' · ')
}

function presentDevice({ device, jobNames }: DeviceElement): Presentation {
  const { name, uuid, state, temperatureCelsius, powerWatts } = device
  const users = device.users.flatMap(({ jobId }) => (jobId === undefined ? [] : (jobNames.get(jobId) ?? [])))
  const holder = [...new Set(users)].join(', ') || state
  const load = [
    ...describeDeviceLoad(device),
    ...(temperatureCelsius === undefined ? [] : [`${Math.round(temperatureCelsius)} °C`]),
  ]
  const isFree = state === 'free'
  return {
    label: name,
    description: [holder, ...load].join(' · '),
    tooltip: [
      `**${escapeMarkdown(name)}**`,
      escapeMarkdown(state),
      ...device.users.map((user) => escapeMarkdown(describeUser(user, jobNames))),
      ...[...load, powerWatts === undefined ? '' : `${Math.round(powerWatts)} W`].filter(Boolean).map(escapeMarkdown),
      uuid,
    ].join('\n\n'),
    icon: isFree ? { name: 'circle-large-outline' } : { name: 'circle-large-filled', color: 'charts.blue' },
    collapsible: 'none',
    context: `device ${isFree ? 'free' : 'used'}`,
    spoken: [localize('GPU {name}', { name }), holder, ...load].join(', '),
  }
}

function describeUser({ jobId, pid, memoryBytes }: DeviceUser, jobNames: DeviceElement['jobNames']): string {
  const name =
    jobId === undefined ? localize('another program') : localize('Job {name}', { name: jobNames.get(jobId) ?? jobId })
  const parts = [
    name,
    memoryBytes === undefined ? '' : localize('{size} of memory', { size: formatSize(memoryBytes) }),
    pid === undefined ? '' : localize('process {pid}', { pid: String(pid) }),
  ]
  return parts.filter((part) => part !== '').join(', ')
}

function describeDeviceLoad({ utilizationPercent, memoryUsedBytes, memoryTotalBytes }: ComputeDevice) {
  const memory =
    memoryUsedBytes === undefined || memoryTotalBytes === undefined
      ? undefined
      : localize('{used} of {total}', { used: formatSize(memoryUsedBytes), total: formatSize(memoryTotalBytes) })
  return [
    ...(utilizationPercent === undefined ? [] : [`${Math.round(utilizationPercent)} %`]),
    ...(memory === undefined ? [] : [memory]),
  ]
}
