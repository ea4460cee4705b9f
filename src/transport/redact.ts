/**
 * Takes secrets out of texts that people will read: each given value, as it is and as URLs, forms and Basic credentials write it,
 * becomes `***`. Values of fewer than 4 characters are left: they would blot out ordinary words.
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
