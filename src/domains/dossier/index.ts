export { tokensOfWord } from './applicant.ts'
export { dossierParts, dossierRoot, dossierMapping, type DossierAccess } from './mapping.ts'
export { sealedDossiers } from './reseal.ts'
export { openDossierSink } from './store.ts'
