import type { ShownModel } from '../../src/protocol/model-page-messages.ts'
import { sizeText, text } from './texts.ts'

/** A model in a line: who made it, by which operators, and how large it is. */
export function describeFacts(model: ShownModel): string {
  const { producer, producerVersion, opsets, irVersion, nodes, weights } = model
  const maker = `${producer} ${producerVersion}`.trim()
  const sets = opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ')
  const outside = weights.externalBytes > 0 ? [text('facts.external', { size: sizeText(weights.externalBytes) })] : []
  return [
    ...(maker === '' ? [] : [text('facts.maker', { name: maker })]),
    ...(sets === '' ? [] : [text('facts.opset', { sets })]),
    text('facts.ir', { version: irVersion }),
    text('facts.nodes', { count: nodes }),
    text('facts.parameters', { count: weights.parameters }),
    sizeText(weights.bytes),
    ...outside,
  ].join(' · ')
}
