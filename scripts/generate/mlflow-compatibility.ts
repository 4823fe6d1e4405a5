import { readFile } from 'node:fs/promises'
import { isAnswered, listAnswered, loadMlflowEndpoints, type MlflowEndpoint } from './mlflow-endpoints.ts'

/** Where the unchanged client's test keeps which routes each of its scenarios calls. */
export const calledRoutesPath = 'test/python/called_routes.json'

const beginning = `# What of MLflow is answered

Every route of MLflow 3.17.2's server that Runwright means to answer, in its versions 2.0 and 3.0 of the REST API; each is answered below \`/ajax-api\` too, where MLflow's own pages ask for it. All others are answered with 404 and JSON.

Tier A is what training, comparing and registering take, tier B the rest. *Compared in* names the scenarios of \`test/python/log_and_read_back.py\`, which the unchanged client runs against this engine and against MLflow's own server; both must answer alike. Where we answer otherwise on purpose, \`test/integration/mlflow-differences.ts\` says so. \`npm run generate\` writes this page.

`

/** The page about what is answered, as Markdown. */
export async function describeCompatibility(root: URL): Promise<string> {
  const endpoints = await loadMlflowEndpoints()
  const answered = listAnswered()
  const called = JSON.parse(await readFile(new URL(calledRoutesPath, root), 'utf8')) as Record<string, string[]> // SAFETY: ours; a test holds it to what is called
  const row = (endpoint: MlflowEndpoint): string => {
    const route = `${endpoint.method} ${endpoint.path}`
    const scenarios = Object.keys(called).filter((scenario) => called[scenario]?.includes(route))
    const isThere = isAnswered(endpoint, answered)
    return `| ${endpoint.tier} | \`${route}\` | ${isThere ? 'answered' : 'not yet: 404'} | ${isThere ? scenarios.join(', ') : ''} |`
  }
  const count = (tier: string) => {
    const ofTier = endpoints.filter((endpoint) => endpoint.tier === tier)
    return `tier ${tier}: ${ofTier.filter((endpoint) => isAnswered(endpoint, answered)).length} of ${ofTier.length}`
  }
  const groups = [...new Set(endpoints.map(({ group }) => group))].map((group) => {
    const rows = endpoints.filter((endpoint) => endpoint.group === group).map(row)
    return `## ${group}\n\n| tier | route | state | compared in |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `${beginning}Answered: ${count('A')}, ${count('B')}.\n\n${groups.join('\n')}`
}
