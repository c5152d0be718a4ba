/**
 * What the Markdown parser would find bare addresses with. The rule that uses it is off, as in the parser of the
 * server, so the page is spared its tables: vite.config.ts puts this in the place of `linkify-it`.
 */
export class LinkifyIt {}
