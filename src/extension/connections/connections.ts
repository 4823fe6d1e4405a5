import type { Client } from '../../protocol/client.ts'
import type { RunId } from '../../protocol/ids.ts'
import type { ConnectionElement, TreeElement } from '../tree/element.ts'
import { createExperimentTree, type ExperimentTree } from '../tree/experiment-tree.ts'
import type { ViewOptions } from '../tree/view-options.ts'
import { identifyPlace, type Place } from './place.ts'
import { localize } from '../localize.ts'

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly client: Client; readonly tree: ExperimentTree }
  | { readonly kind: 'failed'; readonly error: unknown }

/** One engine or server that the view shows. */
export interface Connection {
  readonly id: string
  readonly place: Place
  readonly element: ConnectionElement
  readonly state: ConnectionState
  /** Settles, never rejecting, once `state` is no longer `connecting`. */
  readonly settled: Promise<void>
}

export interface Connections {
  /** In the order of the places. */
  list(): readonly Connection[]
  find(connectionId: string): Connection | undefined
  /** The client of a connection. @throws when the connection was closed or has failed */
  client(connectionId: string): Promise<Client>
  /** Opens what is new and closes what is no longer among the places. */
  setPlaces(places: readonly Place[]): void
  /** Closes the connection, if open, and opens it anew. */
  reconnect(connectionId: string): void
  dispose(): Promise<void>
}

export interface ConnectionParts {
  openClient(place: Place): Promise<Client>
  options(): ViewOptions
  isChosen(runId: RunId): boolean
  /** These elements, or the view's roots, must be drawn anew. */
  changed(elements: readonly TreeElement[] | 'roots'): void
  /** An event reached the tree that any other part may want to know of. */
  received(connection: Connection, event: Parameters<ExperimentTree['apply']>[0]): void
  failed(place: Place, error: unknown): void
}

/** A connection as this module changes it. */
interface Held {
  readonly id: string
  readonly place: Place
  readonly element: ConnectionElement
  readonly closing: AbortController
  state: ConnectionState
  settled: Promise<void>
}

export function createConnections(parts: ConnectionParts): Connections {
  const held = new Map<string, Held>()
  /** Ids as the places were given, whichever was opened first. */
  let order: readonly string[] = []

  const fail = (connection: Held, error: unknown) => {
    if (connection.closing.signal.aborted) return
    connection.state = { kind: 'failed', error }
    connection.element.state = 'failed'
    parts.failed(connection.place, error)
    parts.changed('roots')
  }

  const connect = async (connection: Held): Promise<void> => {
    const { id, place, closing } = connection
    const client = await parts.openClient(place)
    if (closing.signal.aborted) return client[Symbol.asyncDispose]()
    const tree = createExperimentTree({
      connectionId: id,
      place: place.kind,
      client,
      options: parts.options,
      isChosen: parts.isChosen,
      changed: (elements) => {
        if (elements === 'experiments') parts.changed(held.size > 1 ? [connection.element] : 'roots')
        else parts.changed(elements)
      },
      failed: (error) => parts.failed(place, error),
    })
    await tree.experiments()
    connection.state = { kind: 'connected', client, tree }
    connection.element.state = 'connected'
    // A sole connection has no row, and the list of its experiments has waited for it.
    if (held.size > 1) parts.changed([connection.element])
    void follow(connection, client, tree)
  }

  const follow = async (connection: Held, client: Client, tree: ExperimentTree): Promise<void> => {
    try {
      for await (const { event } of client.events(connection.closing.signal)) {
        tree.apply(event)
        parts.received(connection, event)
      }
    } catch (error) {
      fail(connection, error)
    }
  }

  const open = (place: Place) => {
    const id = identifyPlace(place)
    const element: ConnectionElement = {
      kind: 'connection',
      id,
      connectionId: id,
      label: place.label,
      place: place.kind,
      state: 'connecting',
    }
    const closing = new AbortController()
    const settled = Promise.resolve()
    const connection: Held = { id, place, element, closing, state: { kind: 'connecting' }, settled }
    connection.settled = connect(connection).catch((error: unknown) => fail(connection, error))
    held.set(id, connection)
  }

  const close = async (connection: Held): Promise<void> => {
    held.delete(connection.id)
    connection.closing.abort()
    if (connection.state.kind === 'connected') await connection.state.client[Symbol.asyncDispose]()
  }

  const closeQuietly = (connection: Held) =>
    void close(connection).catch((error: unknown) => parts.failed(connection.place, error))

  return {
    list: () => order.flatMap((id) => held.get(id) ?? []),
    find: (connectionId) => held.get(connectionId),
    async client(connectionId) {
      const connection = held.get(connectionId)
      if (connection === undefined) throw new Error(localize('This connection has been closed.'))
      await connection.settled
      if (connection.state.kind === 'connected') return connection.state.client
      throw connection.state.kind === 'failed'
        ? connection.state.error
        : new Error(localize('This connection has been closed.'))
    },
    setPlaces(places) {
      const wanted = new Map(places.map((place) => [identifyPlace(place), place]))
      const gone = [...held.values()].filter(({ id }) => !wanted.has(id))
      const added = [...wanted].filter(([id]) => !held.has(id))
      for (const connection of gone) closeQuietly(connection)
      for (const [, place] of added) open(place)
      order = [...wanted.keys()]
      if (gone.length + added.length > 0) parts.changed('roots')
    },
    reconnect(connectionId) {
      const connection = held.get(connectionId)
      if (connection === undefined) return
      closeQuietly(connection)
      open(connection.place)
      parts.changed('roots')
    },
    async dispose() {
      await Promise.allSettled([...held.values()].map(close))
    },
  }
}
