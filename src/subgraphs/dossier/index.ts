export { tokensOfWord } from './applicant.ts'
export { publishStatistics } from './published.ts'
export { dossierParts, dossierRoot, dossierShape, type DossierAccess } from './shape.ts'
export { openDossierSink } from './store.ts'
