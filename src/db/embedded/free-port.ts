// Free ports of this machine.
import { createServer } from 'node:net'

export const freePort = (): Promise<number> => listenOnce(0).then((port) => port ?? 0)
export const isFree = async (port: number): Promise<boolean> => (await listenOnce(port)) !== undefined

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(undefined))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}
