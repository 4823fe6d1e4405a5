import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import { truncate } from '../../protocol/mlflow/names.ts'
import { writePythonJson } from '../../protocol/otlp/python-json.ts'
import type { AnyValue } from '../../protocol/otlp/span.ts'

/** As many characters of a request or an answer are shown of a trace. */
const previewLength = 1000
/** Texts longer than this are not looked into for what was said last. */
const readLength = 1_000_000

/**
 * The beginning of what a trace was asked or answered: of a chat the last message of `role`, else all of it as JSON.
 *
 * @param sent the attribute as it came, which may be JSON in a text
 */
export function createPreview(sent: AnyValue, role: 'user' | 'assistant'): string {
  const isJson = sent.kind === 'text' && sent.value.length <= readLength && parseForeignJson(sent.value) !== undefined
  const written = sent.kind === 'text' && isJson ? sent.value : writePythonJson(sent)
  const content = written.length <= readLength ? findLastMessage(parseForeignJson(written), role) : undefined
  const shown = content === undefined || content === '' ? written : content
  const head = truncate(shown.slice(0, previewLength * 2 + 2), previewLength)
  return head.length < shown.length ? `${truncate(head, previewLength - 3)}...` : shown
}

function findLastMessage(json: unknown, role: string): string | undefined {
  const messages = findMessages(json)
  const message = messages?.findLast((each) => each['role'] === role) ?? messages?.at(-1)
  return message === undefined ? undefined : textOf(message['content'])
}

type JsonRecord = Readonly<Record<string, unknown>>

/** The messages of a chat in the forms that programs send them in. */
function findMessages(json: unknown): readonly JsonRecord[] | undefined {
  if (!isRecord(json)) return undefined
  const { messages, choices, input, output, request } = json
  if (isFilled(messages)) return messages.filter(isMessage)
  const [choice]: unknown[] = Array.isArray(choices) ? choices : []
  if (isRecord(choice) && isMessage(choice['message'])) return [choice['message']]
  if (isFilled(input)) return input.filter(isMessage)
  if (isFilled(output)) return output.filter(isMessage)
  return findMessages(request)
}

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0
}

function isMessage(value: unknown): value is JsonRecord {
  return isRecord(value) && 'role' in value && 'content' in value
}

function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  for (const part of content.map((each: unknown) => each)) {
    if (typeof part === 'string') return part
    if (isRecord(part) && (part['type'] === 'text' || part['type'] === 'output_text')) {
      return typeof part['text'] === 'string' ? part['text'] : undefined
    }
  }
  return undefined
}
