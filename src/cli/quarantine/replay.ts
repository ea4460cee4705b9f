// hub quarantine replay: a source's raw records are normalised again, without reading the source.
import type { Command } from 'commander'
import type { Exit, JsonOption } from '../command.ts'
import { runStreams } from '../run/sync.ts'

export function addQuarantineReplay(quarantine: Command, exit: Exit): void {
  quarantine
    .command('replay <source>')
    .description('chuẩn hoá lại từ dữ liệu thô · normalise again from raw, without reading the source')
    .option('--stream <stream>')
    .option('--json')
    .action(async (source: string, options: JsonOption & { readonly stream?: string }) =>
      exit(await runStreams([source], { kind: 'REPLAY', range: null }, options)),
    )
}
