// A hub that goes on until a signal: the gateway, the worker, or both.
import { publishStatistics } from '../../statistics/index.ts'
import type { Engine } from '../../sync/engine.ts'
import { startWorker, type Worker } from '../../sync/queue/worker.ts'
import { buildPages, PageBuildFailure } from '../../web/build.ts'
import { type Config, ConfigError } from '../../config/index.ts'
import { keepAccess } from '../access/upkeep.ts'
import { DemonstrationFailure } from '../demonstration/emulators.ts'
import { declaredStatistics } from '../graph.ts'
import { type Hub, openHub } from '../hub.ts'
import { pagesFolder } from '../paths.ts'
import { watchFirstPull } from './first-pull.ts'
import { forgetRunning, tellRunning } from './running.ts'
import { serve, type Serving } from '../serve.ts'
import { untilSignal } from './signal.ts'
import { welcome } from '../welcome.ts'
import { listen, type Listener } from '../../gateway/http/listen.ts'

export interface Roles {
  readonly serves: boolean
  readonly works: boolean
}

/** Opens what the roles need, runs until a signal, and ends it in order; settles with the exit code. */
export async function start(config: Config, roles: Roles): Promise<number> {
  const listener = roles.serves ? await openPort(config) : null
  let hub: Hub | null = null
  let serving: Serving | null = null
  let worker: Worker | null = null
  let statistics: NodeJS.Timeout | undefined
  let lost = false
  const end = untilSignal()
  try {
    hub = await openHub(config, { name: roles.works ? 'work' : 'serve' })
    const { engine, log } = hub
    void hub.lost.then(() => {
      lost = true
      end.now()
    })
    if (listener !== null) {
      serving = await serve(hub, listener)
      tellRunning(config.home, serving.gateway.url)
      console.log(`Serving ${serving.gateway.url}/graphql`)
      const { signal } = end
      buildPages({ outDir: pagesFolder, log: (line) => console.log(line), signal }).catch((error: unknown) => {
        if (signal.aborted) return // the bundler ended with the hub
        log.error(
          { err: error },
          error instanceof PageBuildFailure ? error.message : 'the browser pages could not be built',
        )
      })
    }
    if (roles.works) {
      worker = await startWorker(engine, { databaseUrl: hub.store.url, name: `${process.pid}` })
      const opened = hub
      void keepAccess(opened, engine.now())
      statistics = setInterval(() => {
        void publishDue(engine)
        void keepAccess(opened, engine.now())
      }, 60_000)
      statistics.unref()
    }
    const first = roles.works ? await watchFirstPull(engine, end.signal) : null
    if (!end.signal.aborted) {
      if (first !== null) await publishDue(engine, first.pulled)
      console.log(first !== null && serving !== null ? await welcome(config, serving, first) : ready(serving))
    }
    await end.done
    if (lost) throw new DemonstrationFailure("the demonstration's emulators have ended; start the hub again")
    return 0
  } finally {
    clearInterval(statistics)
    if (serving !== null) forgetRunning(config.home)
    await worker?.stop()
    if (serving !== null) await serving.close()
    else await listener?.close()
    await hub?.close()
    end.forget()
  }
}

const ready = (serving: Serving | null): string => (serving === null ? 'Ready' : `Ready ${serving.gateway.url}`)

/** A port that cannot be had is a wrong setting. */
async function openPort({ host, port }: Config): Promise<Listener> {
  try {
    return await listen({ host, port })
  } catch (cause) {
    throw new ConfigError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** The open statistics are renewed once a night (by Vietnam's date), and at once when `now` is set. */
async function publishDue(engine: Engine, now = false): Promise<void> {
  try {
    const today = new Date(engine.now().getTime() + 7 * 3_600_000).toISOString().slice(0, 10)
    const published = await engine.db.selectFrom('publication').select('day').executeTakeFirst()
    if (!now && published?.day === today) return
    await publishStatistics(engine.db, declaredStatistics(), engine.now())
  } catch (error) {
    engine.log.error({ err: error }, 'the open statistics could not be renewed')
  }
}
