// Takes secrets out of texts that people read.
/**
 * A function that replaces each secret with `***`: as it is, and as URLs, forms, JSON and Basic credentials write it. Values
 * of fewer than 4 characters stay, because they would hide ordinary words.
 *
 * @example
 * redactor(['s3cr3t'])('GET /?key=s3cr3t') // 'GET /?key=***'
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const values = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      encodeURI(secret),
      new URLSearchParams([['', secret]]).toString().slice(1),
      Buffer.from(secret).toString('base64'),
      JSON.stringify(secret).slice(1, -1),
    ])
  const longestFirst = [...new Set(values)].sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((clean, value) => clean.replaceAll(value, '***'), text)
}
