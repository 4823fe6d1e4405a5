import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { isExactRecord, parseExactJson } from '../../protocol/exact-json.ts'
import { isRecord } from '../../protocol/json.ts'
import { listLocalFiles } from '../local-files.ts'
import type { SourceFile, TraceContent } from '../run-source.ts'
import { readKeptSpan } from './span-json.ts'

/** A trace is read as a whole: more would not fit into one text. */
const maxBytes = 512 * 1024 ** 2

/**
 * What a folder of artifacts of a trace holds: `traces.json` with the spans, unless they are elsewhere, and attachments.
 *
 * @param folder undefined when it is not on this machine
 */
export function openKeptTrace(folder: string | undefined, spans?: AsyncIterable<object>): TraceContent {
  return { spans: spans ?? readKeptSpans(folder), attachments: listAttachments(folder) }
}

async function* readKeptSpans(folder: string | undefined): AsyncGenerator<object> {
  const bytes = folder === undefined ? undefined : await readFile(join(folder, 'traces.json')).catch(() => undefined)
  if (bytes === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', 'its spans are not where its artifacts are looked for')
  }
  yield* parseKeptSpans(bytes.byteLength > maxBytes ? '' : bytes.toString())
}

/** The spans of a file `traces.json`. @throws INVALID_PARAMETER_VALUE */
export function parseKeptSpans(text: string): readonly object[] {
  const content = parseExactJson(text)
  if (!isRecord(content) || !Array.isArray(content['spans'])) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', 'its spans are no JSON as MLflow writes it')
  }
  return content['spans'].filter(isExactRecord).map(readKeptSpan)
}

async function* listAttachments(folder: string | undefined): AsyncGenerator<SourceFile> {
  if (folder === undefined) return
  for await (const file of listLocalFiles(join(folder, 'attachments'))) {
    yield { ...file, path: `attachments/${file.path}` }
  }
}
