import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { writePythonJson } from '../../protocol/otlp/python-json.ts'
import type { AnyValue, Attribute } from '../../protocol/otlp/span.ts'
import { translateAttributes } from './translate-span.ts'

const text = (key: string, value: string): Attribute => ({ key, value: { kind: 'text', value } })
const whole = (key: string, value: number): Attribute => ({ key, value: { kind: 'integer', value: String(value) } })
const translated = (...attributes: Attribute[]) =>
  Object.fromEntries(translateAttributes(attributes).map(({ key, value }) => [key, writePythonJson(value)]))

describe('a span in the words of another vocabulary', () => {
  it('says the same in those of MLflow beside its own', () => {
    const chat = [
      text('gen_ai.operation.name', 'chat'),
      text('gen_ai.input.messages', '[{"role":"user","content":"why?"}]'),
      whole('gen_ai.usage.input_tokens', 3),
      whole('gen_ai.usage.output_tokens', 4),
      text('gen_ai.request.model', 'm-1'),
      text('gen_ai.provider.name', 'p'),
    ]
    const attributes = translated(...chat)
    assert.equal(attributes['mlflow.spanType'], '"CHAT_MODEL"')
    assert.equal(attributes['mlflow.chat.tokenUsage'], '{"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}')
    assert.equal(attributes['mlflow.spanInputs'], attributes['gen_ai.input.messages'])
    assert.deepEqual([attributes['mlflow.llm.model'], attributes['mlflow.llm.provider']], ['"m-1"', '"p"'])
  })

  it('keeps what it says in the words of MLflow', () => {
    const own = [text('mlflow.spanType', 'TOOL'), text('mlflow.spanInputs', 'own'), text('mlflow.llm.model', 'own')]
    const other = [
      text('openinference.span.kind', 'LLM'),
      text('input.value', 'other'),
      text('llm.model_name', 'other'),
    ]
    const attributes = translated(...own, ...other)
    assert.deepEqual(
      ['mlflow.spanType', 'mlflow.spanInputs', 'mlflow.llm.model'].map((key) => attributes[key]),
      ['"TOOL"', '"own"', '"own"'],
    )
    assert.equal(translated(text('mlflow.spanType', 'UNKNOWN'), ...other)['mlflow.spanType'], '"LLM"')
  })

  it('says nothing by what is empty, and nothing by a name that every object has', () => {
    const empty: AnyValue = { kind: 'list', value: [] }
    const attributes = translated(
      text('input.value', ' {} '),
      { key: 'output.value', value: empty },
      text('openinference.span.kind', 'constructor'),
      text('llm.token_count.prompt', 'many'),
    )
    assert.deepEqual(
      Object.keys(attributes).filter((key) => key.startsWith('mlflow.')),
      [],
    )
  })

  it('is read in a moment, however long its texts are', () => {
    const long = ' '.repeat(5_000_000)
    const attributes = translated(text('input.value', `${long}x`), text('output.value', `{${long}`))
    assert.ok('mlflow.spanInputs' in attributes && 'mlflow.spanOutputs' in attributes)
  })
})
