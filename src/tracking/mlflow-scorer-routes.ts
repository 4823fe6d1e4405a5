import { writeOnlineScoring, writeRegisteredScorer, writeScorerVersion } from '../protocol/mlflow/scorer-json.ts'
import * as requests from '../protocol/mlflow/scorer-requests.ts'
import { mlflow3Route, writePage } from './mlflow-route.ts'
import type { RestRoute } from './route.ts'
import type { Scorers } from './tracking.ts'

/** MLflow 3's scorers, and how many traces each is meant to judge, which its client asks for with every scorer. */
export function createScorerRoutes(scorers: Scorers): RestRoute[] {
  const root = 'scorers'
  return [
    mlflow3Route('POST', `${root}/register`, requests.registerScorer, async (asked) =>
      writeRegisteredScorer(
        await scorers.register(asked.experimentId, { name: asked.name, serialized: asked.serializedScorer }),
      ),
    ),
    mlflow3Route('GET', `${root}/list`, requests.listScorers, async ({ experimentId, experimentIds }) => {
      if (experimentId !== undefined && experimentIds.length > 0) throw requests.bothExperiments()
      const found =
        experimentId === undefined
          ? await scorers.list(experimentIds.length === 0 ? undefined : experimentIds)
          : await scorers.listOf(experimentId)
      return writePage('scorers', found.map(writeScorerVersion), undefined)
    }),
    mlflow3Route('GET', `${root}/versions`, requests.scorerVersions, async ({ experimentId, name }) =>
      writePage('scorers', (await scorers.versions(experimentId, name)).map(writeScorerVersion), undefined),
    ),
    mlflow3Route('GET', `${root}/get`, requests.oneScorer, async ({ experimentId, name, version }) => ({
      scorer: writeScorerVersion(await scorers.get(experimentId, name, version)),
    })),
    mlflow3Route('DELETE', `${root}/delete`, requests.oneScorer, ({ experimentId, name, version }) =>
      scorers.delete(experimentId, name, version),
    ),
    mlflow3Route('GET', `${root}/online-configs`, requests.onlineScorings, async ({ scorerIds }) => ({
      configs: (await scorers.onlineScorings(scorerIds)).map(writeOnlineScoring),
    })),
    mlflow3Route('PUT', `${root}/online-config`, requests.setOnlineScoring, async (asked) => {
      const { experimentId, name, sampleRate, filterString: filter } = asked
      return { config: writeOnlineScoring(await scorers.setOnlineScoring(experimentId, name, { sampleRate, filter })) }
    }),
  ]
}
