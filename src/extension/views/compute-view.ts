import * as vscode from 'vscode'
import type { Connection, Connections } from '../connections/connections.ts'
import type { ComputePanel } from '../context.ts'
import { computeViewId } from '../contributions.ts'
import type { Client } from '../../protocol/client.ts'
import type { ComputeDevice } from '../../protocol/devices.ts'
import type { JobId } from '../../protocol/jobs.ts'
import type { ComputeElement, DeviceElement, TargetElement, TroubleElement } from '../jobs/element.ts'
import { listTargets } from '../jobs/list-targets.ts'
import { presentCompute } from '../jobs/target-presentation.ts'
import { watchDevices } from '../jobs/watch-devices.ts'
import { describeError } from '../tree/error-notice.ts'
import { drawItem } from './draw-item.ts'
import { createPacedRefresh } from './paced-refresh.ts'

/** Each refresh asks the targets and the GPUs' tools, so many jobs that change at once ask once. */
const refreshIntervalMs = 1000

export interface ComputeView extends ComputePanel, vscode.Disposable {
  /** A job has changed, hence what is free; asked for when somebody looks. */
  changed(): void
}

/** What the view is made from; asked for late, because these tell the view. */
export interface ComputeViewParts {
  connections(): Pick<Connections, 'list'>
  /** Names of the jobs that have not ended. */
  jobNames(connectionId: string): ReadonlyMap<JobId, string>
  failed(error: unknown): void
}

export function openComputeView({ connections, jobNames, failed }: ComputeViewParts): ComputeView {
  const redraw = new vscode.EventEmitter<ComputeElement[] | undefined>()
  const draw = (items: readonly (TargetElement | DeviceElement | 'roots')[]) => {
    const elements = items.filter((item) => item !== 'roots')
    redraw.fire(elements.length < items.length ? undefined : elements)
  }
  const refresh = createPacedRefresh(refreshIntervalMs, draw, (item) => item === 'roots' && view.visible)
  /** The rows of GPUs, by their ids. */
  const rows = new Map<string, DeviceElement>()
  let watching = new AbortController()

  const listRoots = async (): Promise<readonly ComputeElement[]> => {
    const folders = connections()
      .list()
      .filter(({ place }) => place.kind === 'folder')
    const isNamed = folders.length > 1
    const listed = await Promise.all(folders.map((connection) => listOf(connection, isNamed)))
    rows.clear()
    watch(listed.flat())
    return listed.flatMap((elements) => elements.map(({ element }) => element))
  }

  const toRow = (target: TargetElement, device: ComputeDevice): DeviceElement => {
    const id = `${target.id}/${device.uuid}`
    const shown = { device, jobNames: jobNames(target.connectionId) }
    const row = Object.assign(rows.get(id) ?? { kind: 'device' as const, id, target, ...shown }, shown)
    rows.set(id, row)
    return row
  }

  /** Follows the GPUs of these targets from now on, while they are looked at. */
  function watch(listed: readonly Listed[]): void {
    watching.abort()
    const { signal } = (watching = new AbortController())
    if (!view.visible) return
    for (const { element, client, readAt } of listed) {
      if (element.kind !== 'target' || client === undefined || readAt === undefined) continue
      const changed = (devices: readonly ComputeDevice[]) => {
        element.devices = devices
        refresh.add([element, ...devices.map((device) => toRow(element, device))])
      }
      watchDevices(client, readAt, changed, signal).catch((error: unknown) => {
        if (!signal.aborted) failed(error)
      })
    }
  }

  const listBelow = (element: ComputeElement): readonly ComputeElement[] => {
    if (element.kind !== 'target') return []
    const { id, devices, problems } = element
    const troubles = problems.map((text, index): ComputeElement => {
      return { kind: 'trouble', id: `${id}/${index}`, text, hint: undefined }
    })
    return [...troubles, ...devices.map((device) => toRow(element, device))]
  }

  const view = vscode.window.createTreeView<ComputeElement>(computeViewId, {
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getTreeItem: (element) => drawItem(element, presentCompute(element)),
      getChildren: (element) => {
        const listing = element === undefined ? listRoots() : Promise.resolve(listBelow(element))
        refresh.hold('roots', listing)
        return listing.then((children) => [...children])
      },
    },
  })
  const reload = () => refresh.add(['roots'])
  const subscriptions = vscode.Disposable.from(
    view,
    redraw,
    refresh,
    { dispose: () => watching.abort() },
    view.onDidChangeVisibility(({ visible }) => {
      if (visible) reload()
      else watching.abort()
    }),
  )
  return {
    selection: () => view.selection,
    reload,
    changed() {
      if (view.visible) reload()
    },
    dispose: () => subscriptions.dispose(),
  }
}

/** A row, and whom to ask how its GPUs are. */
interface Listed {
  readonly element: TargetElement | TroubleElement
  readonly client?: Client
  readonly readAt?: number
}

async function listOf(connection: Connection, isNamed: boolean): Promise<readonly Listed[]> {
  const { id, place } = connection
  await connection.settled
  if (connection.state.kind !== 'connected') return []
  const { client } = connection.state
  try {
    const targets = await listTargets(client)
    return targets.map(({ target, devices, problems, readAt }): Listed => {
      const element: TargetElement = {
        kind: 'target',
        id: `${id}/${target.name}`,
        connectionId: id,
        folder: isNamed ? place.label : undefined,
        target,
        devices,
        problems,
      }
      return { element, client, ...(readAt === undefined || devices.length === 0 ? {} : { readAt }) }
    })
  } catch (error) {
    return [{ element: { kind: 'trouble', id: `${id}/trouble`, ...describeError(error) } }]
  }
}
