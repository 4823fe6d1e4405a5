/** What an engine may send to webhooks. */
export interface WebhookSettings {
  /** Of addresses, such as `https`. */
  readonly schemes: readonly string[]
  /** Whether also to this machine and the networks it is in. */
  readonly allowsPrivate: boolean
  /** A text that the secrets of webhooks are encrypted with; by default a key in the data folder. */
  readonly secretKey?: string
}

/** To the internet alone, and encrypted. */
export const strictWebhooks: WebhookSettings = { schemes: ['https'], allowsPrivate: false }

/** Reads the variables that MLflow's own server has for it, so that whoever comes from there keeps them. */
export function parseWebhookSettings(env: Readonly<Record<string, string | undefined>>): WebhookSettings {
  const schemes = (env['MLFLOW_WEBHOOK_ALLOWED_SCHEMES'] ?? '').split(',').map((scheme) => scheme.trim().toLowerCase())
  const known = schemes.filter((scheme) => scheme === 'http' || scheme === 'https')
  const secretKey = env['MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY'] ?? ''
  return {
    schemes: known.length === 0 ? strictWebhooks.schemes : known,
    allowsPrivate: /^(true|1)$/i.test(env['MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS'] ?? ''),
    ...(secretKey === '' ? {} : { secretKey }),
  }
}
