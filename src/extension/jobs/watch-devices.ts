import type { Client } from '../../protocol/client.ts'
import type { ComputeDevice, DeviceList } from '../../protocol/devices.ts'

/**
 * Tells how the GPUs of an engine's machine are, as often as it looks at them, until the signal comes or there are
 * none.
 *
 * @param readAt when they were last read, in milliseconds since 1970-01-01 UTC
 */
export async function watchDevices(
  client: Pick<Client, 'call'>,
  readAt: number,
  changed: (devices: readonly ComputeDevice[]) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let after: number | undefined = readAt; after !== undefined && !signal.aborted;) {
    const list: DeviceList = await client.call('devices/list', { after }, { signal })
    after = list.devices.length === 0 ? undefined : list.readAt
    if (after !== undefined && !signal.aborted) changed(list.devices)
  }
}
