import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createConnections } from './connections.ts'
import { defaultViewOptions } from '../tree/view-options.ts'
import type { Place } from './place.ts'

const [images, texts, server] = [
  { kind: 'folder', label: 'images', path: '/home/ada/images' },
  { kind: 'folder', label: 'texts', path: '/home/ada/texts' },
  { kind: 'server', label: 'ml.example.com', url: 'https://ml.example.com' },
] as const satisfies Place[]

describe('the connections of a window', () => {
  const create = () =>
    createConnections({
      openClient: () => new Promise(() => {}),
      options: () => defaultViewOptions,
      isChosen: () => false,
      changed: () => {},
      received: () => {},
      failed: () => {},
    })

  it('stand in the order of the places, whichever was opened first or again', () => {
    const connections = create()
    const labels = () => connections.list().map(({ place }) => place.label)
    connections.setPlaces([texts])
    connections.setPlaces([images, texts, server])
    assert.deepEqual(labels(), ['images', 'texts', 'ml.example.com'])
    connections.reconnect(connections.list()[0]?.id ?? '')
    assert.deepEqual(labels(), ['images', 'texts', 'ml.example.com'])
    connections.setPlaces([server, images])
    assert.deepEqual(labels(), ['ml.example.com', 'images'])
  })
})
