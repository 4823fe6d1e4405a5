import { open } from 'node:fs/promises'
import { stripVTControlCharacters } from 'node:util'
import type { CellOutput } from '../../protocol/cell-outputs.ts'
import type { Client } from '../../protocol/client.ts'
import type { CutOutput } from './output-status.ts'

/**
 * Writes all that an execution has said until now to a file, as text.
 *
 * @param path absolute; what is there is written over
 * @throws RESOURCE_DOES_NOT_EXIST when the kernel was stopped
 */
export async function writeFullOutput(
  client: Pick<Client, 'call'>,
  { kernelId, executionId }: CutOutput,
  path: string,
): Promise<void> {
  // Asked before anything is written over.
  await client.call('kernels/get', { kernelId })
  await using file = await open(path, 'w')
  for (let after = 0, hasMore = true; hasMore;) {
    const page = await client.call('kernels/read', { kernelId, executionId, after, limit: 10_000 })
    const texts = page.records.map((record) => (record.kind === 'output' ? toText(record.output) : ''))
    await file.writeFile(texts.join(''))
    after = page.next
    hasMore = page.hasMore
  }
}

function toText(output: CellOutput): string {
  switch (output.kind) {
    case 'stream':
      return output.text
    case 'error':
      return stripVTControlCharacters(`${output.traceback.join('\n')}\n`)
    case 'display':
    case 'result':
    case 'update': {
      const text = output.data['text/plain']
      return typeof text === 'string' ? `${text}\n` : ''
    }
    default:
      return ''
  }
}
