import type { LineageEdge, LineageNode } from './lineage.ts'

/** A model version of a lineage that a test makes up. */
export const testModelVersion: LineageNode = {
  kind: 'model-version',
  key: 'model-version:digits/3',
  id: 'digits/3',
  name: 'digits',
  version: 3,
  aliases: ['champion'],
  moreUp: 0,
  moreDown: 0,
}

/** From one node's key to another's. */
export function testEdge(from: string, relation: LineageEdge['relation'], to: string, more: object = {}): LineageEdge {
  return { from, to, relation, ...more }
}
