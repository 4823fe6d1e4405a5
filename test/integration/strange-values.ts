/** Values that have broken one server or another. */

const long = 'x'.repeat(30_000)

function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inside) => [inside], 1)
}

const unusualCharacters = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  '\u202e',
  '\uFEFF',
  '\r\nx: y',
  '\u0007',
  'é'.repeat(300),
  '😀'.repeat(300),
  'x'.repeat(251),
  long,
]
const places = ['..', '../../etc/passwd', '..\\..\\x', '/etc/passwd', 'a/../b', './x', 'a//b', '%2e%2e%2fx', 'C:\\x']
const addresses = ['file:///etc', 'http://127.0.0.1:1/', 'http://[::1]/', 'http://169.254.169.254/', 's3://b/k']
const sources = ['runs:/../x', 'models:/m/../../x', 'mlflow-artifacts:/../../x', 'mlflow-artifacts:/%2e%2e/x']
const queries = [
  "' OR 1=1 --",
  '";drop table runs;--',
  '`',
  '"',
  "a = '",
  'metrics.a > 1 AND',
  "attribute.run_id IN ('a')",
  "tags.`a` LIKE '%a%a%a%a%a%b'",
  'metrics.a DESC',
  'metrics.`a` ASC',
  '(a+)+$',
  'tags.a IS NULL AND params.b IS NOT NULL',
  `attributes.name ILIKE '${'%a'.repeat(400)}b'`,
  `params.a LIKE '${'_'.repeat(2000)}'`,
]
const numbers = ['NaN', 'Infinity', '-Infinity', '1e400', '-0', '0x10', '1_000', '9'.repeat(40), '٣', 'true', 'null']
const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '[]', '{"a":1}']
const formats = ['2024-01-01T00:00:00Z', '99999-01-01T00:00:00Z', '1.5s', 'eyJvZmZzZXQiOiAxfQ==']

export const strangeTexts: readonly string[] = [
  unusualCharacters,
  places,
  addresses,
  sources,
  queries,
  numbers,
  names,
  formats,
].flat()

export const strangeValues: readonly unknown[] = [
  0,
  -0,
  1,
  -1,
  1.5,
  1e300,
  -1e300,
  5e-324,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  -(2 ** 63),
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  [{}],
  { a: { b: [] } },
  nested(20),
  nested(99),
  Array.from({ length: 1500 }, () => 1),
  Array.from({ length: 300 }, () => ({ key: 'k', value: 'v' })),
  JSON.parse('{"__proto__": {"key": "x"}}'),
]

/** Words of a path: encoded, or as bytes that mean something else to whoever decodes them twice or not at all. */
export const strangeWords: readonly string[] = [
  '..',
  '%2e%2e',
  '..%2f..%2fx',
  '%252e%252e%252f',
  '..%5c..%5cx',
  '%2fetc%2fpasswd',
  'a/../../b',
  './a',
  'a//b',
  '//a',
  '%00',
  'a%00b',
  '%c0%ae',
  '%',
  '%zz',
  '%ff',
  '%ED%A0%80',
  '-',
  '~',
  'n'.repeat(300),
  'n/'.repeat(20),
]
