// Finds the server of a data directory and asks whether it is ours.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import pg from 'pg'

import { isAlive } from './lock.ts'

/** The server that the data directory's `postmaster.pid` names, where that process is alive and a PostgreSQL. */
export function postmasterOf(data: string): { pid: number; port: number } | undefined {
  let lines: string[]
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  const port = Number(lines[3])
  return isAlive(pid) && isPostgres(pid) ? { pid, port } : undefined
}

/** After a restart of the machine the number may belong to any program. */
function isPostgres(pid: number): boolean {
  if (process.platform === 'win32') return true
  try {
    if (process.platform === 'linux') {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      return /^Name:\s+postgres$/m.test(status) && !/^State:\s+Z/m.test(status)
    }
    return /postgres/.test(execFileSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }))
  } catch {
    return false
  }
}

export type Answer =
  | { readonly state: 'ready' }
  | { readonly state: 'starting' | 'stopping' | 'silent' }
  | { readonly state: 'elsewhere'; readonly folder: string }
  | { readonly state: 'foreign'; readonly reason: string }

/** Whether our own server answers on the port: logs in and compares the data directory. Never throws. */
export async function ask(port: number, password: string, data: string): Promise<Answer> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'hub',
    password,
    database: 'postgres',
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`)
    const folder = rows[0]?.folder ?? ''
    return folder === data ? { state: 'ready' } : { state: 'elsewhere', folder }
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === '57P03') return { state: /shutting down/.test(message) ? 'stopping' : 'starting' }
    if (code === '28P01' || code === '28000' || code === '3D000') return { state: 'foreign', reason: message }
    return { state: 'silent' }
  } finally {
    await client.end().catch(() => {})
  }
}
