// The configuration as every command reads it.
import { type Config, loadConfig } from '../config/index.ts'
import { demonstrationPurposes } from './demonstration/purposes.ts'

/** The configuration, with the demonstration's purposes where it runs. */
export async function readConfig(secrets: 'now' | 'later' = 'now'): Promise<Config> {
  const config = await loadConfig(process.env, process.cwd(), { secrets })
  return config.demonstration && config.purposes.length === 0 ? { ...config, purposes: demonstrationPurposes } : config
}
