/**
 * Where the engine answers the unchanged client otherwise than MLflow's server does, on purpose: by scenario and name
 * of `test/python/log_and_read_back.py`, what ours says.
 */
export const differences: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // One use-case, and hence one sentence, for a param in a batch and alone.
  log_values: {
    paramAgain: [
      null,
      [
        'INVALID_PARAMETER_VALUE',
        'INVALID_PARAMETER_VALUE: Changing param values is not allowed. Params were already ' +
          "logged='[{'key': 'lr', 'old_value': '0.1', 'new_value': '0.2'}]' for run ID='ID'.",
      ],
    ],
  },
  // An empty file has a size: 0.
  log_artifacts: {
    listed: {
      'nested/config.json': 32,
      'note.txt': 5,
      'tree/deep er/größe/日本語 100%.txt': 7,
      'tree/empty.txt': 0,
      'weights/big.bin': 20_971_520,
    },
  },
  search: { badFilter: invalid("expected a number for metric 'acc' at character 15, found 'high'.") },
  // MLflow repeats what its database said.
  experiments: {
    taken: ['RESOURCE_ALREADY_EXISTS', 'RESOURCE_ALREADY_EXISTS: Experiment(name=exp uno) already exists.'],
  },
  // The fault of who asks, not of the server.
  model_registry: { filterNull: 'INVALID_PARAMETER_VALUE' },
  traces: {
    // An attribute is compared by its value; MLflow looks for the text of one, which is never equal.
    attributeIs: ['ofRun', 'asked'],
    // A pattern can take exponential time.
    rlike: [
      'INVALID_PARAMETER_VALUE',
      "INVALID_PARAMETER_VALUE: Invalid comparator 'RLIKE' for tag 'mlflow.traceName' at character 6: " +
        'not one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL.',
    ],
  },
  spans_by_hand: {
    // The code that OpenTelemetry has for what is not to be sent again.
    noSpanId: 400,
    // MLflow loses them when it answers.
    links: [['2222222222222222', { y: 'z' }]],
  },
  refusals: {
    // MLflow has an empty history for a run that is not there.
    unknownHistory: ['RESOURCE_DOES_NOT_EXIST', 'RESOURCE_DOES_NOT_EXIST: Run with id=ID not found'],
    nameOfDeleted: ['RESOURCE_ALREADY_EXISTS', 'RESOURCE_ALREADY_EXISTS: Experiment(name=gone) already exists.'],
    // BAD_REQUEST there, with what the database said.
    nameTaken: ['RESOURCE_ALREADY_EXISTS', 'RESOURCE_ALREADY_EXISTS: Experiment(name=Default) already exists.'],
    badToken: ['INVALID_PARAMETER_VALUE', 'INVALID_PARAMETER_VALUE: Invalid page token, could not base64-decode'],
    // What cannot be read is named with the character where reading stopped.
    orderUnknown: [
      'INVALID_PARAMETER_VALUE',
      "INVALID_PARAMETER_VALUE: Invalid entity type 'nonsense' in order_by clause 'nonsense.loss'. " +
        'Valid values are metric, param, tag, attribute, dataset.',
    ],
    filterUnknown: [
      'INVALID_PARAMETER_VALUE',
      "INVALID_PARAMETER_VALUE: Invalid entity type 'nonsense' at character 1. " +
        'Valid values are metric, param, tag, attribute, dataset.',
    ],
    filterAttribute: [
      'INVALID_PARAMETER_VALUE',
      "INVALID_PARAMETER_VALUE: Invalid attribute key 'color' specified at character 1. Valid keys are run_id, " +
        'run_name, run name, Run name, Run Name, status, user_id, artifact_uri, start_time, created, Created, end_time.',
    ],
    filterOperator: [
      'INVALID_PARAMETER_VALUE',
      "INVALID_PARAMETER_VALUE: Invalid comparator '>' for param 'a' at character 10: " +
        'not one of =, !=, LIKE, ILIKE, IS NULL, IS NOT NULL.',
    ],
    filterOr: invalid('expected AND or the end at character 15, found OR.'),
    filterUnquoted: invalid(
      "expected a quoted string value for param 'a', such as 'my-value' at character 12, found b.",
    ),
    filterHalf: invalid("expected a number for metric 'a' at character 12, found the end."),
  },
  // MLflow's proxy has no parts over a folder, and its client then sends the file as a whole.
  artifact_uploads: { created: ['credentials', 'upload_id'], aborted: {} },
  webhooks: {
    // The fault of who asks, not of the server.
    badEntity: [400, 'INVALID_PARAMETER_VALUE'],
    // Refused, where MLflow drops the part that it does not understand and stores the rest.
    badStatus: [400, 'INVALID_PARAMETER_VALUE'],
  },
  requests_by_hand: {
    // Taken in either spelling everywhere; MLflow checks what is required before it translates.
    camelCase: [],
    // Refused, where MLflow drops the part that it does not understand and stores the rest.
    badStatus: [400, 'INVALID_PARAMETER_VALUE', typeMessage('"SLEEPING"', 'status', 'str')],
    badStep: [400, 'INVALID_PARAMETER_VALUE', typeMessage('1.5', 'step', 'float')],
    // The fault of who asks, not of the server.
    orderTwice: [400, 'INVALID_PARAMETER_VALUE', '`order_by` contains duplicate fields: metric.m, metric.m'],
  },
}

function invalid(expectation: string): readonly string[] {
  const code = 'INVALID_PARAMETER_VALUE'
  return [code, `${code}: Invalid clause(s) in filter string: ${expectation}`]
}

function typeMessage(value: string, parameter: string, type: string): string {
  return (
    `Invalid value ${value} for parameter '${parameter}' supplied:  Hint: Value was of type '${type}'. ` +
    'See the API docs for more information about request parameters.'
  )
}
