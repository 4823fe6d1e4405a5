import type { OnlineScoring, ScorerVersion } from '../scorers.ts'

/** A version in a list, where MLflow writes the experiment's id as a number. */
export function writeScorerVersion(scorer: ScorerVersion): object {
  return {
    experiment_id: Number(scorer.experimentId),
    scorer_name: scorer.name,
    scorer_version: scorer.version,
    serialized_scorer: scorer.serialized,
    creation_time: scorer.creationTime,
    scorer_id: scorer.scorerId,
  }
}

/** The answer to who has just registered a version, which has other names. */
export function writeRegisteredScorer(scorer: ScorerVersion): object {
  return {
    version: scorer.version,
    scorer_id: scorer.scorerId,
    experiment_id: scorer.experimentId,
    name: scorer.name,
    serialized_scorer: scorer.serialized,
    creation_time: scorer.creationTime,
  }
}

export function writeOnlineScoring({ configId, scorerId, experimentId, sampleRate, filter }: OnlineScoring): object {
  return {
    online_scoring_config_id: configId,
    scorer_id: scorerId,
    sample_rate: sampleRate,
    experiment_id: experimentId,
    ...(filter === undefined ? {} : { filter_string: filter }),
  }
}
