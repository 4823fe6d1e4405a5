/** How a vocabulary for programs that use language models names what MLflow has attributes for. */
export interface Vocabulary {
  /** What kind of work a span is. */
  readonly kind: { readonly key: string; readonly types: Readonly<Record<string, string>> }
  readonly tokens: { readonly input: string; readonly output: string; readonly total?: string }
  readonly cacheTokens?: { readonly read: string; readonly written: readonly string[] }
  /** The first of these that is filled. */
  readonly inputs: readonly (string | RegExp)[]
  readonly outputs: readonly (string | RegExp)[]
  readonly models: readonly string[]
  readonly provider: string
  readonly tools?: string
}

/** In the order in which they are asked, which is MLflow's (mlflow/tracing/otel/translation, 3.17). */
export const vocabularies: readonly Vocabulary[] = [
  // https://github.com/Arize-ai/openinference/tree/main/spec
  {
    kind: {
      key: 'openinference.span.kind',
      types: {
        TOOL: 'TOOL',
        CHAIN: 'CHAIN',
        LLM: 'LLM',
        RETRIEVER: 'RETRIEVER',
        EMBEDDING: 'EMBEDDING',
        AGENT: 'AGENT',
        RERANKER: 'RERANKER',
        UNKNOWN: 'UNKNOWN',
        GUARDRAIL: 'GUARDRAIL',
        EVALUATOR: 'EVALUATOR',
      },
    },
    tokens: {
      input: 'llm.token_count.prompt',
      output: 'llm.token_count.completion',
      total: 'llm.token_count.total',
    },
    cacheTokens: {
      read: 'llm.token_count.prompt_details.cache_read',
      written: ['llm.token_count.prompt_details.cache_write'],
    },
    inputs: ['input.value'],
    outputs: ['output.value'],
    models: ['llm.response.model_name', 'llm.model_name', 'llm.request.model_name', 'embedding.model_name'],
    provider: 'llm.provider',
  },
  // https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/
  {
    kind: {
      key: 'gen_ai.operation.name',
      types: {
        chat: 'CHAT_MODEL',
        create_agent: 'AGENT',
        embeddings: 'EMBEDDING',
        execute_tool: 'TOOL',
        generate_content: 'LLM',
        invoke_agent: 'AGENT',
        text_completion: 'LLM',
        response: 'LLM',
      },
    },
    tokens: { input: 'gen_ai.usage.input_tokens', output: 'gen_ai.usage.output_tokens' },
    cacheTokens: {
      read: 'gen_ai.usage.cache_read.input_tokens',
      written: ['gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_creation.input_tokens'],
    },
    inputs: ['gen_ai.input.messages', 'gen_ai.tool.call.arguments'],
    outputs: ['gen_ai.output.messages', 'gen_ai.tool.call.result'],
    models: ['gen_ai.response.model', 'gen_ai.request.model'],
    provider: 'gen_ai.provider.name',
    tools: 'gen_ai.tool.definitions',
  },
  // https://github.com/traceloop/openllmetry
  {
    kind: {
      key: 'traceloop.span.kind',
      types: { workflow: 'WORKFLOW', task: 'TASK', agent: 'AGENT', tool: 'TOOL', unknown: 'UNKNOWN' },
    },
    tokens: {
      input: 'gen_ai.usage.prompt_tokens',
      output: 'gen_ai.usage.completion_tokens',
      total: 'llm.usage.total_tokens',
    },
    inputs: [
      'traceloop.entity.input',
      /^gen_ai\.prompt\.\d+\.content/,
      /^gen_ai\.completion\.\d+\.tool_calls\.\d+\.arguments/,
    ],
    outputs: ['traceloop.entity.output', /^gen_ai\.completion\.\d+\.content/],
    models: [],
    provider: 'gen_ai.system',
  },
]
