import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { openPolicy } from '../access/policy.ts'
import type { Config } from '../config.ts'
import type { Generation } from '../gateway/operation-server.ts'
import type { GraphContext } from '../graph/context.ts'
import { openCursors } from '../graph/cursor.ts'
import { openExecutor } from '../graph/execute.ts'
import { commonRoot } from '../graph/root.ts'
import { loadSchema } from '../graph/schema.ts'
import { gatherShapes, provenance } from '../graph/shape.ts'
import { actionShapes } from '../operations/actions.ts'
import { operationShapes } from '../operations/shape.ts'
import { reasonText } from '../operations/wording.ts'
import {
  administrativeUnitRoot,
  administrativeUnitShape,
  unitChangeShape,
} from '../subgraphs/administrative-unit/index.ts'
import { agencyRoot, agencyShape } from '../subgraphs/agency/index.ts'
import { cameraParts, cameraRoot, cameraShape } from '../subgraphs/camera/index.ts'
import { documentParts, documentRoot, documentShape } from '../subgraphs/document/index.ts'
import { dossierParts, dossierRoot, dossierShape, tokensOfWord } from '../subgraphs/dossier/index.ts'
import { procedureRoot, procedureShape } from '../subgraphs/procedure/index.ts'
import { indicatorShape, observationShape, periodShape, reportRoot, reportShape } from '../subgraphs/report/index.ts'
import type { Engine } from '../sync/engine.ts'
import { quarantinedText } from '../sync/quarantine.ts'
import type { Store } from './store.ts'

/** The published schema with its rules and what answers it: every room's part, put together. */
export function composeGraph(store: Store, engine: Engine, config: Config): Generation {
  const { schema } = loadSchema()
  const purposes =
    config.purposes.length === 0 ? null : new Map(config.purposes.map((one) => [one.code, one.legalBasis]))
  const codes = purposes === null ? null : new Set(purposes.keys())
  const log = accessLog(purposes)
  const shapes = gatherShapes([
    commonRoot,
    agencyRoot,
    administrativeUnitRoot,
    procedureRoot,
    dossierRoot,
    documentRoot,
    reportRoot,
    cameraRoot,
    provenance,
    agencyShape,
    administrativeUnitShape,
    unitChangeShape,
    procedureShape,
    dossierShape({ box: store.box, purposes, log }),
    ...dossierParts,
    documentShape,
    ...documentParts,
    reportShape,
    periodShape,
    indicatorShape,
    observationShape,
    cameraShape,
    ...cameraParts,
    ...operationShapes({
      openRecord: (body) => quarantinedText(store.box, body),
      purposes: codes,
      log,
      reasonText,
    }),
    ...actionShapes(engine),
  ])
  const policy = openPolicy({ schema, purposes: codes })
  const execute = openExecutor({
    schema,
    shapes,
    policy,
    cursors: openCursors(createHmac('sha256', store.secret).update('cursors').digest()),
    db: store.reading.db,
    pool: store.reading.pool,
    tokensOf: (word) => tokensOfWord(store.box, word),
    now: engine.now,
  })
  return {
    schema,
    policy,
    execute: ({ document, operationName, variables, caller, signal }) =>
      execute({ document, operationName: operationName ?? null, variables, caller, signal }),
  }
}

/** One row for each read of personal fields stands in the log before the bytes leave: callers wait for this. */
function accessLog(purposes: ReadonlyMap<string, string | null> | null) {
  return async (
    reads: readonly { readonly subject: string; readonly field: string }[],
    { caller, db }: GraphContext,
  ): Promise<undefined[]> => {
    const basis = caller.purpose === null ? null : (purposes?.get(caller.purpose) ?? null)
    await sql`
      insert into access_entry (caller, issuer, token, subject, field, purpose, legal_basis)
      select ${caller.subject ?? ''}, ${caller.issuer}, ${caller.jti}, r.subject, r.field, ${caller.purpose}, ${basis}
      from json_to_recordset(${JSON.stringify(reads)}) as r(subject text, field text)
    `.execute(db)
    return reads.map(() => undefined)
  }
}
